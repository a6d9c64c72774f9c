"""A provider ends the logins that began with it, and nobody else does."""

import secrets
import time
from typing import Any

import httpx2
import pytest

from app.services.oidc import fetch
from app.services.oidc.tokens import LOGOUT_EVENT
from tests.conftest import StartServer
from tests.oidc.browser import Browser
from tests.oidc.conftest import knowing
from tests.oidc.hostile import CLIENT_ID, HostileProvider, signed
from tests.support import authenticator as passkeys
from tests.support.factors import set_up
from tests.support.refusals import assert_refused
from tests.support.server import RunningServer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


def logout_token(provider: HostileProvider, algorithm: str = "RS256", **claims: Any) -> str:
    said = {
        "iss": provider.issuer,
        "aud": CLIENT_ID,
        "iat": int(time.time()),
        "jti": secrets.token_urlsafe(),
        "events": {LOGOUT_EVENT: {}},
        **claims,
    }
    return signed({name: value for name, value in said.items() if value is not None}, algorithm)


async def told(server: RunningServer, token: str) -> httpx2.Response:
    return await server.http.post("/auth/oidc/corp/logout", data={"logout_token": token})


async def test_sid_and_sub(server: RunningServer, provider: HostileProvider) -> None:
    browsers = {sid: Browser(server) for sid in ("one", "two", "three")}
    for sid, browser in browsers.items():
        await browser.log_in(provider, sub="leaving", sid=sid)
    token = logout_token(provider, sub="leaving", sid="one")
    assert (await told(server, token)).status_code == 200
    assert [await each.is_logged_in() for each in browsers.values()] == [False, True, True]
    assert (await told(server, token)).json()["code"] == "logout_token_refused"
    assert (await told(server, logout_token(provider, sub="leaving"))).status_code == 200
    assert not any([await each.is_logged_in() for each in browsers.values()])


async def test_its_owner_is_told(server: RunningServer, provider: HostileProvider) -> None:
    browsers = [Browser(server) for _ in range(3)]
    for number, browser in enumerate(browsers):
        await browser.log_in(provider, sub="told", sid=f"told-{number}")
    person = await browsers[0].person()
    for number, more in ((1, {}), (2, {"sub": "told"})):
        token = logout_token(provider, sid=f"told-{number}", **more)
        assert (await told(server, token)).status_code == 200
    events = (await person.get("/auth/audit")).json()["events"]
    assert [event["action"] for event in events[:2]] == ["provider_logout"] * 2


async def shown(browser: Browser, key: passkeys.Authenticator) -> dict[str, Any]:
    """A passkey as the second step of who came from a provider: a cookie has the ticket."""
    body = {"second_step": True}
    begun = (await browser.request("POST", "/auth/login/passkey/options", json=body)).json()
    allowed = begun["options"]["allowCredentials"]
    assert [each["id"] for each in allowed] == [passkeys.spelled(key.credential_id)]
    return await passkeys.signed(browser.server, key, begun)


@pytest.mark.parametrize("about", ["sid", "sub"])
@pytest.mark.parametrize("kind", ["code", "passkey"])
async def test_after_a_second_step(
    server: RunningServer, provider: HostileProvider, kind: str, about: str
) -> None:
    who = {"sub": f"two steps by {kind}, {about}"}
    first, browser = Browser(server), Browser(server)
    await first.log_in(provider, **who)
    person, key = await first.person(), passkeys.local()
    if kind == "passkey":
        await passkeys.add_passkey(person, key)
    else:
        codes = (await set_up(person)).recovery_codes
    assert "step=second" in await browser.log_in(provider, **who, sid=f"{kind} {about}")
    if kind == "passkey":
        given: dict[str, Any] = {"passkey": await shown(browser, key)}
    else:
        given = {"recovery_code": codes[0]}
    answer = await browser.request("POST", "/auth/login/second", json=given)
    assert answer.status_code == 200, answer.text
    assert await browser.is_logged_in()
    ended = {"sid": f"{kind} {about}"} if about == "sid" else who
    assert (await told(server, logout_token(provider, **ended))).status_code == 200
    assert not await browser.is_logged_in()


async def test_a_second_step_without_its_ticket(server: RunningServer) -> None:
    """A page that asks for it too late is sent back to the first step."""
    body = {"second_step": True}
    answer = await Browser(server).request("POST", "/auth/login/passkey/options", json=body)
    assert_refused(answer, 401, "second_step_over")


BAD: dict[str, dict[str, Any]] = {
    "issuer": {"iss": "https://elsewhere.example"},
    "audience": {"aud": "another"},
    "old": {"iat": int(time.time()) - 3600},
    "future": {"iat": int(time.time()) + 3600},
    "no event": {"events": {}},
    "a nonce": {"nonce": "one"},
    "no jti": {"jti": None},
    "nobody": {"sub": None},
    "no signature": {"algorithm": "none"},
    "HS256": {"algorithm": "HS256"},
}


async def test_bad_tokens_end_nothing(server: RunningServer, provider: HostileProvider) -> None:
    browser = Browser(server)
    await browser.log_in(provider, sub="staying", sid="here")
    for name, changes in BAD.items():
        token = logout_token(provider, **{"sub": "staying", **changes})
        answer = await told(server, token)
        assert (answer.status_code, answer.json()["code"]) == (400, "logout_token_refused"), name
    provider.algorithm = "RS256"
    for body in (b"", b"logout_token=", b"\xff", b"a=b"):
        answer = await server.http.post("/auth/oidc/corp/logout", content=body)
        assert answer.status_code == 400
    assert await browser.is_logged_in()


async def test_an_id_token_is_no_logout_token(
    server: RunningServer, provider: HostileProvider
) -> None:
    browser = Browser(server)
    provider.claims = {"events": {LOGOUT_EVENT: {}}, "jti": "x", "nonce": None}
    assert "problem=provider_answer_invalid" in await browser.log_in(provider, sub="swapped")


async def test_a_silent_provider_is_not_asked_by_strangers_without_end(
    provider: HostileProvider, start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start_server(
        **knowing(corp=provider),
        login_rate_limit_per_minute=3,
    )
    monkeypatch.setattr(fetch, "ANSWER_SECONDS", 0.2)
    provider.mood = "silent"
    answers = [(await told(server, "anything")).status_code for _ in range(8)]
    assert answers[0] == 503
    assert answers[-1] == 429
