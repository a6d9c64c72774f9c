"""API keys as the operator lists and revokes them by the command line."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.keys.programs import program_of
from tests.support.backups import command, done, refused

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


async def test_listed_and_revoked(tmp_path: Path, start_server: StartServer) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    server = await start_server(database_url=url)
    ada = await server.register("ada")
    first, second = await program_of(ada, name="A secret name"), await program_of(ada)

    async def run(*words: str) -> str:
        return done(await asyncio.to_thread(command, tmp_path, url, "key", *words))

    one, two = [json.loads(line) for line in (await run("list", "--json")).splitlines()]
    assert (one["user"], one["prefix"]) == ("ada", first.key[:12])
    lines = await run("list", "--user", "ADA")
    assert lines.count("never used  never expires") == 2
    for word in ("secret", first.key, second.key):
        assert word not in lines
    assert await run("revoke", str(one["id"])) == f"Key {one['id']} was revoked\n"
    assert (await first.request("GET", "/models")).status_code == 401
    assert (await second.request("GET", "/models")).status_code == 200
    assert await run("revoke", "--user", "ada") == "1 keys were revoked\n"
    assert (await second.request("GET", "/models")).status_code == 401
    events = (await ada.get("/auth/audit")).json()["events"]
    revoked = [each["address"] for each in events if each["action"] == "key_revoked"]
    assert revoked == ["command line"] * 2

    for words, why in (
        (["revoke"], "Say what is revoked"),
        (["revoke", "99"], "There is no key 99"),
        (["revoke", "--user", "nobody"], "There is no account named nobody"),
    ):
        refused(await asyncio.to_thread(command, tmp_path, url, "key", *words), why)
