"""Invitations as the operator makes, lists and revokes them by the command line."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.invites.test_invites import come, group
from tests.support.backups import command, done, refused

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


async def test_made_listed_and_revoked(tmp_path: Path, start_server: StartServer) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    server = await start_server(database_url=url, registration="invite")
    _, name = await group(server)

    async def run(*words: str) -> str:
        return done(await asyncio.to_thread(command, tmp_path, url, "invite", *words))

    words = ["--uses", "2", "--days", "3", "--group", name.upper(), "--note", "new"]
    made = json.loads(await run("create", *words, "--json"))
    assert (made["uses"], made["group"]["name"], made["created_by"]) == (2, name, None)
    assert made["url"].endswith(f"/register#invite={made['token']}")
    assert (await come(server, made["token"])).status_code == 201
    assert "/register#invite=" in await run("create")
    newest, oldest = [json.loads(line) for line in (await run("list", "--json")).splitlines()]
    assert (oldest["id"], oldest["uses_left"], newest["uses"]) == (made["id"], 1, 1)
    listed = await run("list")
    assert "1 of 2 left" in listed and made["token"] not in listed
    revoked = await run("revoke", str(made["id"]))
    assert revoked == f"Invitation {made['id']} was revoked\n"
    assert (await come(server, made["token"])).status_code == 403
    for wrong, why in (
        (["create", "--group", "nobody"], "There is no group named nobody"),
        (["create", "--note", " "], "A note has"),
        (["revoke", "99"], "There is no such invitation"),
    ):
        refused(await asyncio.to_thread(command, tmp_path, url, "invite", *wrong), why)
