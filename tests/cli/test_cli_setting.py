"""Settings of running servers as the operator changes them by the command line."""

import asyncio
import json
from pathlib import Path

import pytest

from app.services.settings import live
from tests.conftest import StartServer
from tests.faults.watching import eventually
from tests.support.backups import command, done, refused

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


async def test_listed_set_and_cleared(
    tmp_path: Path, start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "KEPT_SECONDS", 0.1)
    url = f"sqlite:///{tmp_path / 'own.db'}"
    server = await start_server(database_url=url)

    async def run(*words: str) -> str:
        return done(await asyncio.to_thread(command, tmp_path, url, "setting", *words))

    async def ways() -> str:
        return str((await server.http.get("/auth/options")).json()["ways"])

    async def is_closed() -> bool:
        return await ways() == "closed"

    assert await run("set", "registration", "closed") == "registration was set\n"
    await eventually(is_closed)
    await run("set", "retention_days", "7")
    await run("set", "banner_en", "007")
    listed = [json.loads(line) for line in (await run("list", "--json")).splitlines()]
    values = {setting["name"]: setting["value"] for setting in listed}
    assert (values["retention_days"], values["banner_en"]) == (7, "007")
    assert "registration  closed  (stored)" in await run("list")
    assert await run("clear", "registration") == "registration was cleared\n"
    assert "registration  open  (default)" in await run("list")
    for wrong, why in (
        (["set", "secret_key", "x"], "There is no such setting"),
        (["set", "retention_days", "0"], "retention_days: "),
        (["set", "registration", "anybody"], "registration: "),
        (["set", "require_verified_email", "on"], "This server sends no mail"),
    ):
        refused(await asyncio.to_thread(command, tmp_path, url, "setting", *wrong), why)
