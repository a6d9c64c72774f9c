"""A provider that the server has no more is nobody's way to log in, though it may be back."""

from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.oidc.browser import Browser
from tests.oidc.conftest import knowing
from tests.oidc.hostile import HostileProvider
from tests.oidc.test_linking import identities, link
from tests.support.authenticator import SITE, add_passkey
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


async def remove_password(person: Person) -> Any:
    return await person.request("DELETE", "/auth/password")


async def comes(server: RunningServer, provider: HostileProvider, sub: str) -> Person:
    """Somebody who has an account by a provider alone."""
    browser = Browser(server)
    await browser.log_in(provider, sub=sub)
    return await browser.person()


async def unlink(person: Person, id: int) -> Any:
    return await person.request("DELETE", f"/auth/identities/{id}")


async def test_the_password_stays_beside_it(
    start_server: StartServer, provider: HostileProvider
) -> None:
    before = await start_server(**knowing(corp=provider))
    ada = await before.register()
    await link(Browser(before), ada, provider, "ways")
    without = await start_server(**knowing())
    assert_refused(await remove_password(replace(ada, server=without)), 409, "last_way")
    again = await start_server(**knowing(corp=provider))
    assert (await remove_password(replace(ada, server=again))).status_code == 204


async def test_the_other_provider_stays_beside_it(
    start_server: StartServer, providers: tuple[HostileProvider, HostileProvider]
) -> None:
    one, other = providers
    before = await start_server(**knowing(corp=one, other=other))
    ada = await before.register()
    await link(Browser(before), ada, one, "ways of one")
    await link(Browser(before, "other"), ada, other, "ways of the other")
    live, dead = await identities(ada)
    assert (await remove_password(ada)).status_code == 204
    without = replace(ada, server=await start_server(**knowing(corp=one)))
    assert_refused(await unlink(without, live), 409, "last_way")
    assert (await unlink(without, dead)).status_code == 204
    assert await identities(without) == [live]


async def test_what_may_be_back_stays_where_there_is_nothing_else(
    start_server: StartServer, provider: HostileProvider
) -> None:
    before = await start_server(**knowing(corp=provider))
    ada = await comes(before, provider, "nothing else")
    [id] = await identities(ada)
    without = replace(ada, server=await start_server(**knowing()))
    assert_refused(await unlink(without, id), 409, "last_way")


async def test_the_last_passkey_stays_beside_it(
    start_server: StartServer, provider: HostileProvider
) -> None:
    site = {"public_url": SITE}  # the authenticator's
    before = await start_server(**knowing(corp=provider) | site)
    ada = await comes(before, provider, "with a passkey")
    key = await add_passkey(ada)
    without = replace(ada, server=await start_server(**knowing() | site))
    assert_refused(await without.request("DELETE", f"/auth/passkeys/{key.id}"), 409, "last_way")
    assert (await ada.request("DELETE", f"/auth/passkeys/{key.id}")).status_code == 204
