"""Accounts at providers are linked, unlinked and shown again, each by their owner alone."""

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.services.oidc.service import OidcService
from tests.oidc.browser import Browser, problem_of
from tests.oidc.hostile import HostileProvider
from tests.support.factors import set_up
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


async def sent(browser: Browser, person: Person, path: str, **body: str) -> str:
    """Where the page sends somebody who is logged in, with the cookie for their browser."""
    body = {"provider": browser.slug, "return_to": "/settings/account"} | body
    answer = await browser.request("POST", path, json=body, headers=person.headers)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


async def link(browser: Browser, person: Person, provider: HostileProvider, subject: str) -> str:
    return await browser.come_back(
        **provider.agree(await sent(browser, person, "/auth/identities"), sub=subject)
    )


async def identities(person: Person) -> list[int]:
    found = (await person.get("/auth/identities")).json()["identities"]
    return [identity["id"] for identity in found]


async def test_link_and_log_in(
    browser: Browser, provider: HostileProvider, server: RunningServer
) -> None:
    ada, eve = await server.register(), await server.register()
    assert await link(browser, ada, provider, "linked") == "/settings/account"
    assert await link(browser, ada, provider, "linked") == "/settings/account"
    [id] = await identities(ada)
    await Browser(server).log_in(provider, sub="linked")
    other = Browser(server)
    await other.log_in(provider, sub="linked")
    assert (await other.person()).id == ada.id

    taken = await link(Browser(server), eve, provider, "linked")
    assert taken == "/settings/account?problem=identity_taken"
    assert await identities(eve) == []
    assert_refused(await eve.request("DELETE", f"/auth/identities/{id}"), 404, "identity_not_found")
    assert (await ada.request("DELETE", f"/auth/identities/{id}")).status_code == 204
    assert not await other.is_logged_in()
    assert (await ada.get("/auth/me")).status_code == 200


async def test_unlinked_at_this_moment(
    browser: Browser,
    provider: HostileProvider,
    server: RunningServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada = await server.register()
    await link(browser, ada, provider, "meanwhile")
    [id] = await identities(ada)
    recognised = OidcService._recognised

    async def unlinked(self: OidcService, *args: Any) -> Any:
        who = await recognised(self, *args)
        assert (await ada.request("DELETE", f"/auth/identities/{id}")).status_code == 204
        return who

    monkeypatch.setattr(OidcService, "_recognised", unlinked)
    other = Browser(server)
    assert problem_of(await other.log_in(provider, sub="meanwhile")) == "login_expired"
    assert not await other.is_logged_in()


async def test_twenty_at_most(
    browser: Browser, provider: HostileProvider, server: RunningServer
) -> None:
    ada = await server.register()
    await link(browser, ada, provider, "the first of many")
    begun = [await sent(browser, ada, "/auth/identities") for _ in range(21)]
    for number, address in enumerate(begun):
        back = await browser.come_back(**provider.agree(address, sub=f"many-{number}"))
    assert back == "/settings/account?problem=login_expired"
    assert len(await identities(ada)) == 20
    answer = await ada.post("/auth/identities", json={"provider": "corp"})
    assert_refused(answer, 409, "list_full")


async def test_links_end_with_the_session(
    browser: Browser, provider: HostileProvider, server: RunningServer
) -> None:
    ada = await server.register()
    address = await sent(browser, ada, "/auth/identities")
    await ada.post("/auth/logout")
    back = await browser.come_back(**provider.agree(address, sub="too late"))
    assert back == "/settings/account?problem=login_expired"
    assert await identities(await server.log_in(ada.name, "correct horse battery")) == []


async def test_last_way_stays(browser: Browser, provider: HostileProvider) -> None:
    await browser.log_in(provider, sub="last way")
    person = await browser.person()
    [id] = await identities(person)
    assert_refused(await person.request("DELETE", f"/auth/identities/{id}"), 409, "last_way")


async def test_recent_is_what_the_provider_says(
    browser: Browser, provider: HostileProvider
) -> None:
    hour_ago = int(time.time()) - 3600
    provider.claims = {"auth_time": hour_ago}
    await browser.log_in(provider, sub="since long")
    person = await browser.person()
    assert_refused(await person.post("/auth/totp"), 403, "login_too_old")

    for auth_time in (hour_ago, None):
        provider.claims = {"auth_time": auth_time}
        address = await sent(browser, person, "/auth/reauthenticate")
        query = parse_qs(urlsplit(address).query)
        assert (query["max_age"], query["prompt"]) == (["0"], ["login"])
        back = await browser.come_back(**provider.agree(address, sub="since long"))
        assert back == "/settings/account?problem=provider_answer_invalid"
    provider.claims = {}
    address = await sent(browser, person, "/auth/reauthenticate")
    back = await browser.come_back(**provider.agree(address, sub="somebody else"))
    assert back == "/settings/account?problem=identity_taken"
    assert_refused(await person.post("/auth/totp"), 403, "login_too_old")

    address = await sent(browser, person, "/auth/reauthenticate")
    back = await browser.come_back(**provider.agree(address, sub="since long"))
    assert back == "/settings/account"
    factor = await set_up(person)
    body = {"provider": "corp"}
    assert_refused(await person.post("/auth/reauthenticate", json=body), 403, "code_required")
    await sent(browser, person, "/auth/reauthenticate", code=await factor.fresh())


async def test_only_who_is_linked_is_sent(server: RunningServer) -> None:
    ada = await server.register()
    answers = [
        (await ada.post("/auth/reauthenticate", json={"provider": "corp"}), "identity_not_found"),
        (await ada.post("/auth/identities", json={"provider": "none"}), "provider_not_found"),
        (await server.http.get("/auth/oidc/none/start"), "provider_not_found"),
    ]
    for answer, code in answers:
        assert (answer.status_code, answer.json()["code"]) == (404, code)
