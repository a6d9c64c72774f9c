"""An account is deleted while a request of it runs: whoever asked is told so in one of the answers
that there are, wherever it happens."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, delete

from app.database import table_of
from app.models import User
from app.services.auth import factors, passkey_rows, passwords, service
from app.services.oidc import rows
from tests.factors.test_factors import on_rows
from tests.oidc.browser import Browser
from tests.oidc.conftest import settings_of
from tests.oidc.hostile import HostileProvider, hostile_provider
from tests.oidc.test_linking import link, sent
from tests.support.authenticator import (
    SITE,
    Authenticator,
    add_passkey,
    asked,
    creation,
    keep,
    log_in,
    signed,
)
from tests.support.factors import Factor, first_step, second_step, set_up, ticket_of
from tests.support.server import PASSWORD, Person, RunningServer, running_server

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

_user = table_of(User)


class Ada:
    """Somebody who has all that there is, on a server with a provider."""

    def __init__(self, server: RunningServer, provider: HostileProvider) -> None:
        self.server, self.provider = server, provider
        self.key, self.browser = Authenticator(), Browser(server)
        self.person: Person
        self.factor: Factor

    async def come(self, has_totp: bool) -> "Ada":
        self.person = await self.server.register()
        if has_totp:
            self.factor = await set_up(self.person)
        await add_passkey(self.person, self.key)
        await link(self.browser, self.person, self.provider, self.person.name)
        return self

    async def begin(self, method: str, path: str, **body: Any) -> Callable[[], Awaitable[Any]]:
        return lambda: self.person.request(method, path, json=body or None)

    async def go(self) -> None:
        """Be deleted."""
        await on_rows(self.server, delete(_user).where(_user.c.id == self.person.id))


Begin = Callable[[Ada], Awaitable[Callable[[], Awaitable[Any]]]]


def plain(method: str, path: str, **body: Any) -> Begin:
    return lambda ada: ada.begin(method, path, **body)


async def removed_passkey(ada: Ada) -> Any:
    return await ada.begin("DELETE", f"/auth/passkeys/{ada.key.id}")


async def unlinked(ada: Ada) -> Any:
    [one] = (await ada.person.get("/auth/identities")).json()["identities"]
    return await ada.begin("DELETE", f"/auth/identities/{one['id']}")


async def coded(ada: Ada) -> Any:
    code = ada.factor.recovery_codes[0]
    body = {"password": PASSWORD, "recovery_code": code}
    return await ada.begin("POST", "/auth/reauthenticate", **body)


async def confirmed(ada: Ada) -> Any:
    body = await signed(ada.server, ada.key, await asked(ada.server, person=ada.person))
    return await ada.begin("POST", "/auth/reauthenticate", passkey=body)


async def added(ada: Ada) -> Any:
    begun = await creation(ada.person)
    return lambda: keep(ada.person, Authenticator(), begun)


async def seeded(ada: Ada) -> Any:
    await ada.person.post("/auth/totp")
    return await ada.begin("POST", "/auth/totp/confirm", code="123456")


async def logged_in(ada: Ada) -> Any:
    return lambda: first_step(ada.server, ada.person)


async def second(ada: Ada) -> Any:
    ticket = await ticket_of(ada.server, ada.person)
    code = ada.factor.recovery_codes[0]
    return lambda: second_step(ada.server, ticket, recovery_code=code)


async def by_passkey(ada: Ada) -> Any:
    begun = await asked(ada.server)
    return lambda: log_in(ada.server, ada.key, begun)


async def stepped(ada: Ada) -> Any:
    ticket = await ticket_of(ada.server, ada.person)
    given = await signed(ada.server, ada.key, await asked(ada.server, ticket))
    return lambda: second_step(ada.server, ticket, passkey=given)


async def challenged(ada: Ada) -> Any:
    body = {"ticket": await ticket_of(ada.server, ada.person)}
    return lambda: ada.server.http.post("/auth/login/passkey/options", json=body)


async def came_back(ada: Ada) -> Any:
    browser = Browser(ada.server)
    back = ada.provider.agree(await browser.start(), sub=ada.person.name)
    return lambda: browser.get("/auth/oidc/corp/callback", params=back)


async def linked(ada: Ada) -> Any:
    address = await sent(ada.browser, ada.person, "/auth/identities")
    back = ada.provider.agree(address, sub=f"{ada.person.name} again")
    return lambda: ada.browser.get("/auth/oidc/corp/callback", params=back)


async def shown_there(ada: Ada) -> Any:
    code = ada.factor.recovery_codes[0]
    address = await sent(ada.browser, ada.person, "/auth/reauthenticate", recovery_code=code)
    back = ada.provider.agree(address, sub=ada.person.name)
    return lambda: ada.browser.get("/auth/oidc/corp/callback", params=back)


NEW = {"old_password": PASSWORD, "new_password": "another horse battery"}
WITH_TOTP: dict[str, Begin] = {
    "totp off": plain("DELETE", "/auth/totp"),
    "codes": plain("POST", "/auth/recovery-codes"),
    "passkey begun": plain("POST", "/auth/passkeys/options"),
    "passkey asked": plain("POST", "/auth/login/passkey/options"),
    "password": plain("PUT", "/auth/password", **NEW),
    "password off": plain("DELETE", "/auth/password"),
    "to a provider": plain("POST", "/auth/identities", provider="corp"),
    "socket": plain("POST", "/auth/ws-ticket"),
    "logout": plain("POST", "/auth/logout"),
    "logout everywhere": plain("POST", "/auth/logout-all"),
}
for work in (removed_passkey, unlinked, coded, confirmed, added, logged_in, second, by_passkey):
    WITH_TOTP[work.__name__] = work
for work in (stepped, challenged, came_back, linked, shown_there):
    WITH_TOTP[work.__name__] = work
WITHOUT = {"totp": plain("POST", "/auth/totp"), "seeded": seeded}


@pytest.fixture(scope="module")
async def provider() -> Any:
    async with hostile_provider() as one:
        yield one


@pytest.fixture(scope="module")
async def server(
    provider: HostileProvider, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    async with running_server(
        database_url=database_url,
        data_dir=tmp_path_factory.mktemp("data"),
        public_url=SITE,
        allowed_private_oidc_hosts=["127.0.0.1"],
        oidc_providers={"corp": settings_of(provider)},
    ) as running:
        yield running


@pytest.mark.parametrize("name", [*WITH_TOTP, *WITHOUT])
async def test_before_each_transaction(
    server: RunningServer,
    provider: HostileProvider,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    begin, at, ended = (WITH_TOTP | WITHOUT)[name], 1, False
    while not ended:
        ada = await Ada(server, provider).come(name in WITH_TOTP)
        request = await begin(ada)
        with monkeypatch.context() as patched:
            countdown = Countdown(at, patched, ada)
            answer = await request()
        ended = countdown.left > 0
        assert answer.status_code < 500, (at, answer.text)
        assert at > 1 or not ended
        at += 1


class Countdown:
    """Deletes an account before the transaction of this number from now on."""

    def __init__(self, left: int, patched: pytest.MonkeyPatch, ada: Ada) -> None:
        self.left, self._patched, self._ada = left, patched, ada
        database = ada.server.app.state.services.database
        for way in ("read", "write"):
            patched.setattr(database, way, partial(self._run, getattr(database, way)))

    async def _run(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            self._patched.undo()
            await self._ada.go()
        return await work(*args, **kwargs)


WITHIN = [
    ("came_back", rows, "find"),
    ("second", service, "user_of"),
    ("stepped", service, "user_of"),
    ("by_passkey", passkey_rows, "_find"),
    ("removed_passkey", passkey_rows, "require_recent"),
    ("passkey begun", passkey_rows, "require_recent"),
    ("totp off", factors, "require_recent"),
    ("codes", factors, "require_recent"),
    ("password off", passwords, "require_recent"),
    ("unlinked", rows, "require_recent"),
]


@pytest.mark.parametrize("name, module, read", WITHIN, ids=[name for name, *_ in WITHIN])
async def test_within_a_transaction(
    server: RunningServer,
    provider: HostileProvider,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    module: Any,
    read: str,
) -> None:
    """What was read before the user's row is held may be gone by then, where transactions see what
    others have committed."""
    ada = await Ada(server, provider).come(has_totp=True)
    request, original = await WITH_TOTP[name](ada), getattr(module, read)

    def deleted(connection: Connection, *args: Any, **kwargs: Any) -> Any:
        found = original(connection, *args, **kwargs)
        connection.execute(delete(_user).where(_user.c.id == ada.person.id))
        return found

    monkeypatch.setattr(module, read, deleted)
    answer = await request()
    assert answer.status_code in (303, 401, 403, 404), answer.text
    if answer.status_code == 303:
        assert "problem=login_expired" in answer.headers["location"]
