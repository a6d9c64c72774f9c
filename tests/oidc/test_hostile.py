"""Whatever a provider, or somebody in its name, makes up: nobody is logged in, and the page is told
which of a few things it was."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from app.services.oidc import fetch
from tests.oidc.browser import Browser, problem_of
from tests.oidc.conftest import knowing, settings_of
from tests.oidc.hostile import KEYS, HostileProvider
from tests.support.private_servers import free_port
from tests.support.server import RunningServer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

NOW = int(time.time())
INVALID = "provider_answer_invalid"

TOKENS: dict[str, dict[str, Any]] = {
    "issuer": {"claims": {"iss": "https://elsewhere.example"}},
    "nonce": {"claims": {"nonce": "another"}},
    "audience": {"claims": {"aud": "another"}},
    "authorized party": {"claims": {"azp": "another"}},
    "expired": {"claims": {"exp": NOW - 3600}},
    "future": {"claims": {"iat": NOW + 3600}},
    "alg none": {"algorithm": "none"},
    "HS256 with the public key": {"algorithm": "HS256"},
    "unknown key": {"header": {"kid": "another"}},
}


@pytest.mark.parametrize("variant", TOKENS.values(), ids=TOKENS)
async def test_token(browser: Browser, provider: HostileProvider, variant: dict[str, Any]) -> None:
    for name, value in variant.items():
        setattr(provider, name, value)
    assert problem_of(await browser.log_in(provider)) == INVALID
    assert not await browser.is_logged_in()


MORE: dict[str, dict[str, Any]] = {
    "no nonce": {"claims": {"nonce": None}},
    "audience of two": {"claims": {"aud": ["chat", "another"]}},
    "no end": {"claims": {"exp": None}},
    "end as text": {"claims": {"exp": str(NOW + 3600)}},
    "not yet": {"claims": {"nbf": NOW + 3600}},
    "no subject": {"claims": {"sub": None}},
    "subject a number": {"claims": {"sub": 7}},
    "critical header": {"header": {"crit": ["exp"]}},
    "key of another kind": {"header": {"kid": "ES256"}},
}


async def test_more_of_tokens(browser: Browser, provider: HostileProvider) -> None:
    for name, variant in MORE.items():
        for attribute, value in variant.items():
            setattr(provider, attribute, value)
        assert problem_of(await browser.log_in(provider)) == INVALID, name
        provider.be_good()
    assert not await browser.is_logged_in()


async def test_keys_are_read_again_for_a_new_one(
    browser: Browser, provider: HostileProvider
) -> None:
    await browser.log_in(provider, sub="before")
    read = provider.keys_read
    await browser.log_in(provider, sub="before")
    assert provider.keys_read == read
    provider.renewed = "-2"
    assert await browser.log_in(provider, sub="after") == "/c/7"
    assert provider.keys_read == read + 1
    provider.header = {"kid": "nobody's"}
    assert problem_of(await browser.log_in(provider)) == INVALID
    assert provider.keys_read == read + 2


async def test_keys_without_names_are_read_again(
    provider: HostileProvider, start_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing says that a key is another one but that no signature is its."""
    server = await start_server(
        **knowing(corp=provider),
    )
    provider.named = False
    browser = Browser(server)
    assert await browser.log_in(provider, sub="before") == "/c/7"
    read = provider.keys_read
    monkeypatch.setitem(KEYS, "RS256", rsa.generate_private_key(65537, 2048))
    assert await browser.log_in(provider, sub="after") == "/c/7"
    assert provider.keys_read == read + 1
    # Somebody who signs with a key of their own has them read once for each login, and for logout
    # tokens, which anybody may send, no more often than every few seconds.
    provider.signs_with = rsa.generate_private_key(65537, 2048)
    assert problem_of(await browser.log_in(provider)) == INVALID
    assert provider.keys_read == read + 2
    for _ in range(5):
        token = jwt.encode({"iss": provider.issuer}, provider.signs_with, algorithm="RS256")
        answer = await server.http.post("/auth/oidc/corp/logout", data={"logout_token": token})
        assert answer.status_code == 400
    assert provider.keys_read == read + 2


@pytest.mark.parametrize("algorithm", ["PS256", "ES256", "EdDSA"])
async def test_other_algorithms(
    browser: Browser, provider: HostileProvider, algorithm: str
) -> None:
    provider.algorithm = algorithm
    assert await browser.log_in(provider, sub=algorithm) == "/c/7"
    assert await browser.is_logged_in()


MOODS = {"slow": "provider_unavailable", "endless": "provider_unavailable"}
MOODS["failing"] = "provider_unavailable"


@pytest.mark.parametrize("mood", MOODS)
async def test_bad_day(
    browser: Browser, provider: HostileProvider, mood: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if mood == "slow":
        monkeypatch.setattr(fetch, "ANSWER_SECONDS", 0.2)
    provider.mood = mood
    assert problem_of(await browser.log_in(provider)) == MOODS[mood]
    assert not await browser.is_logged_in()


async def test_a_silent_provider_holds_nobody_up_twice(
    provider: HostileProvider, start_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start_server(
        **knowing(corp=provider),
    )
    monkeypatch.setattr(fetch, "ANSWER_SECONDS", 0.5)
    provider.mood = "silent"
    begun = time.monotonic()
    starts = (Browser(server).get("/auth/oidc/corp/start") for _ in range(20))
    answers = await asyncio.gather(*starts)
    assert time.monotonic() - begun < 5
    assert {problem_of(each.headers["location"]) for each in answers} == {"provider_unavailable"}
    provider.be_good()
    assert await Browser(server).log_in(provider, sub="after the silence") == "/c/7"


@pytest.mark.parametrize("what", ["all of it", "token_endpoint", "jwks_uri"])
async def test_away(provider: HostileProvider, start_server: Any, what: str) -> None:
    """Nobody listens there."""
    nowhere = f"http://127.0.0.1:{free_port()}"
    its = settings_of(provider)
    if what == "all of it":
        its["issuer"] = nowhere
    else:
        provider.document = {what: f"{nowhere}/x"}
    server = await start_server(
        **knowing(corp=its),
    )
    browser = Browser(server)
    address = (await browser.get("/auth/oidc/corp/start")).headers["location"]
    if what != "all of it":
        address = await browser.come_back(**provider.agree(address))
    assert problem_of(address) == "provider_unavailable"
    assert not await browser.is_logged_in()


def _twice(browser: Browser, back: dict[str, str]) -> tuple[Browser, dict[str, str]]:
    return browser, back


def _elsewhere(browser: Browser, back: dict[str, str]) -> tuple[Browser, dict[str, str]]:
    return Browser(browser.server), back


def _mixed_up(browser: Browser, back: dict[str, str]) -> tuple[Browser, dict[str, str]]:
    return Browser(browser.server, "other", browser.cookies), back


def _changed(**changes: str) -> Callable[[Browser, dict[str, str]], tuple[Browser, dict[str, str]]]:
    return lambda browser, back: (browser, back | changes)


def _without(name: str) -> Callable[[Browser, dict[str, str]], tuple[Browser, dict[str, str]]]:
    return lambda browser, back: (browser, {k: v for k, v in back.items() if k != name})


RETURNS = {
    "in another browser": (_elsewhere, "login_expired"),
    "at another provider": (_mixed_up, INVALID),
    "of another issuer": (_changed(iss="https://elsewhere.example"), INVALID),
    "of no issuer": (_without("iss"), INVALID),
    "with another state": (_changed(state="made up"), "login_expired"),
    "without state": (_without("state"), "login_expired"),
    "with a code of nobody's": (_changed(code="made up"), INVALID),
    "refused": (_changed(error="access_denied"), "provider_refused"),
}


@pytest.mark.parametrize("change, problem", RETURNS.values(), ids=RETURNS)
async def test_return(
    browser: Browser, provider: HostileProvider, change: Any, problem: str
) -> None:
    back = provider.agree(await browser.start())
    who, changed = change(browser, back)
    assert problem_of(await who.come_back(**changed)) == problem
    assert not await who.is_logged_in()
    if changed.get("state") == back["state"]:  # which is used up by that
        assert problem_of(await browser.come_back(**back)) == "login_expired"


async def test_once(browser: Browser, provider: HostileProvider) -> None:
    back = provider.agree(await browser.start(), sub="once")
    assert await browser.come_back(**back) == "/c/7"
    assert await browser.is_logged_in()
    thief = Browser(browser.server, cookies=dict(browser.cookies))
    del thief.cookies["refresh_token"]
    assert problem_of(await thief.come_back(**back)) == "login_expired"
    assert not await thief.is_logged_in()


@pytest.mark.parametrize("verified", [True, False])
async def test_email_of_an_account(
    browser: Browser, provider: HostileProvider, server: RunningServer, verified: bool
) -> None:
    person = await server.register()
    email = (await person.get("/auth/me")).json()["email"]
    told = {"sub": f"thief-{verified}", "email": email.upper(), "email_verified": verified}
    assert problem_of(await browser.log_in(provider, **told)) == "identity_not_linked"
    assert not await browser.is_logged_in()
    assert (await person.get("/auth/me")).status_code == 200


@pytest.mark.parametrize(
    "document",
    [
        {"token_endpoint": "https://10.0.0.1/token"},
        {"jwks_uri": "https://169.254.169.254/latest/meta-data"},
        {"token_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"issuer": "https://elsewhere.example"},
    ],
    ids=str,
)
async def test_discovery(
    provider: HostileProvider, document: dict[str, str], start_server: Any
) -> None:
    provider.document = document
    server = await start_server(
        **knowing(corp=provider),
    )
    browser = Browser(server)
    begun = await browser.get("/auth/oidc/corp/start")
    address = begun.headers["location"]
    if begun.status_code == 302:
        address = await browser.come_back(**provider.agree(address))
    assert problem_of(address) in (INVALID, "provider_unavailable")
    assert not await browser.is_logged_in()
