"""Accounts by the command line: shown, promoted, approved, deleted and restored."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.admin.acts import make_pending
from tests.conftest import StartServer
from tests.support.audit_log import events
from tests.support.backups import command, done, refused
from tests.support.refusals import assert_refused

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


async def test_accounts(tmp_path: Path, start_server: StartServer) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    server = await start_server(database_url=url)
    ada, bob = await server.register("ada"), await server.register("bob")

    async def run(*words: str) -> str:
        return done(await asyncio.to_thread(command, tmp_path, url, "user", *words))

    async def told(*words: str) -> Any:
        return json.loads(await run(*words, "--json"))

    assert_refused(await ada.get("/admin/users"), 403, "admin_only")
    assert await run("promote", "ADA") == "Account ada is active, an administrator\n"
    assert (await ada.get("/admin/users")).status_code == 200
    listed = [json.loads(line) for line in (await run("list", "--json")).splitlines()]
    assert [(each["role"], each["status"]) for each in listed] == [
        ("admin", "active"),
        ("user", "active"),
    ]
    seen = (await ada.get(f"/admin/users/{bob.id}")).json()
    assert await told("show", "bob") == seen
    assert "sessions: 1\n" in await run("show", "bob")
    await make_pending(server, bob)
    assert (await told("approve", "bob"))["status"] == "active"
    assert (await run("delete", "bob")).startswith("Account bob is deleted, until 20")
    assert (await bob.get("/auth/me")).status_code == 401
    assert (await told("restore", "bob"))["status"] == "active"
    assert (await told("promote", "bob"))["role"] == "admin"
    assert (await told("demote", "ada"))["role"] == "user"
    assert_refused(await ada.get("/admin/users"), 403, "admin_only")
    for words, why in (
        (["demote", "bob"], "the last administrator"),
        (["delete", "bob"], "the last administrator"),
        (["disable", "bob"], "the last administrator"),
        (["restore", "bob"], "not deleted"),
        (["show", "nobody"], "There is no account named nobody"),
        (["promote", "nobody"], "There is no account named nobody"),
    ):
        refused(await asyncio.to_thread(command, tmp_path, url, "user", *words), why)
    rows = [row for row in await events(server, user_id=ada.id) if row["action"] == "role_changed"]
    assert [(row["address"], row["detail"]) for row in rows] == [
        ("command line", {"role": "admin"}),
        ("command line", {"role": "user"}),
    ]
