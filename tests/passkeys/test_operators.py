"""Passkeys where an operator is at work: restores, resets, a second factor for all, exports."""

import asyncio
from typing import Any

import orjson
import pytest
from sqlalchemy import update

from app.database import table_of
from app.models import User
from app.utils.security import NO_PASSWORD
from tests.conftest import StartServer
from tests.factors.test_factors import actions, in_as, on_rows
from tests.support.authenticator import (
    SITE,
    Authenticator,
    add_passkey,
    asked,
    log_in,
    signed,
)
from tests.support.backups import backup, command, done, restore
from tests.support.factors import second_step, ticket_of
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, RunningServer, running_server
from tests.transfer.exporting import taken

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

_user = table_of(User)


async def test_a_restore_lets_no_passkey_in_alone(tmp_path: Any) -> None:
    """It may have been removed since. Beside the password it is good, and then alone again."""
    url, file = f"sqlite:///{tmp_path / 'chat.db'}", tmp_path / "a.backup"
    async with running_server(database_url=url, public_url=SITE) as server:
        ada = await server.register()
        key, stolen = await add_passkey(ada), await add_passkey(ada)
        begun = await asked(server)
        await asyncio.to_thread(backup, url, file)
        path = f"/auth/passkeys/{stolen.id}"
        assert (await ada.request("DELETE", path)).status_code == 204
    await asyncio.to_thread(restore, url, file)
    async with running_server(database_url=url, public_url=SITE) as server:
        assert_refused(await log_in(server, key, begun), 401, "passkey_refused")
        for each in (key, stolen):
            assert_refused(await log_in(server, each), 403, "passkey_needs_password")
        ticket = await ticket_of(server, ada)
        given = await signed(server, key, await asked(server, ticket))
        in_as(await second_step(server, ticket, passkey=given), ada)
        in_as(await log_in(server, key), ada)
        assert_refused(await log_in(server, stolen), 403, "passkey_needs_password")


async def test_the_operator_takes_them_away(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path / 'chat.db'}"

    def reset(name: str) -> str:
        return done(command(tmp_path, url, "user", "reset-mfa", name))

    async with running_server(database_url=url, public_url=SITE) as server:
        ada = await server.register("ada")
        key = await add_passkey(ada)
        await add_passkey(ada)
        said = await asyncio.to_thread(reset, "ada")
        assert "2 passkeys" in said and "no password" not in said
        assert_refused(await ada.get("/auth/me"), 401, "invalid_token")
        assert_refused(await log_in(server, key), 401, "passkey_refused")
        again = await server.log_in("ada", PASSWORD)
        assert ("second_factor_reset", "ok") in await actions(again)
        await add_passkey(again)
        its = update(_user).where(_user.c.username == "ada")
        await on_rows(server, its.values(password_hash=NO_PASSWORD))
        assert "ada has no password" in await asyncio.to_thread(reset, "ada")


async def test_required_is_met_by_a_passkey(start_server: StartServer) -> None:
    server = await start_server(public_url=SITE, mfa="required")
    ada = await server.register()
    assert_refused(await ada.get("/conversations"), 403, "second_factor_needed")
    key = await add_passkey(ada)
    assert (await ada.get("/auth/me")).json()["second_factor_needed"] is False
    assert (await in_as(await log_in(server, key), ada).get("/conversations")).status_code == 200


async def test_an_address_that_is_not_confirmed(start_server: StartServer) -> None:
    server = await start_server(public_url=SITE)
    ada = await server.register()
    key = await add_passkey(ada)
    mail = {"smtp_host": "127.0.0.1", "smtp_port": 9, "smtp_from": "chat@example.com"}
    strict = await start_server(public_url=SITE, require_verified_email=True, **mail)
    assert_refused(await log_in(strict, key), 403, "email_unverified")


async def test_an_export_tells_their_names(server: RunningServer) -> None:
    ada = await server.register()
    await add_passkey(ada, Authenticator(), "telephone")
    (told,) = orjson.loads((await taken(ada)).files["passkeys.json"])["passkeys"]
    assert set(told) == {"id", "name", "created_at", "last_used_at", "synced"}
    assert told["name"] == "telephone"
