"""`chat-backend import`."""

import asyncio
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.support import cli_process
from tests.support.server import ENCRYPTION_KEY, SECRET_KEY
from tests.transfer.imported import chatgpt, conversation

pytestmark = pytest.mark.anyio


async def test_a_file_is_brought_in_at_the_command_line(
    start_server: StartServer, database_url: str, tmp_path: Path
) -> None:
    server = await start_server()
    person = await server.register()
    file = tmp_path / "conversations.json"
    said = [conversation(name, ["one", "two"]) for name in ("a", "b")]
    await asyncio.to_thread(file.write_bytes, chatgpt(*said))
    settings = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET_KEY,
        "ENCRYPTION_KEY": ENCRYPTION_KEY,
        "DATA_DIR": str(tmp_path),
    }

    async def run(*words: str) -> tuple[int, str, str]:
        command = ("import", *words)
        done = await asyncio.to_thread(cli_process.run, tmp_path, *command, **settings)
        return done.returncode, done.stdout, done.stderr

    first = await run(str(file), "--user", person.name)
    assert first[:2] == (
        0,
        "2 created, 0 updated, 0 unchanged, 0 skipped, 0 failed\n4 messages were added\n",
    ), first
    again = await run(str(file), "--user", person.name)
    assert again[1].startswith("0 created, 0 updated, 2 unchanged"), again
    assert (await person.get("/conversations")).json()["total"] == 2
    for words, told in (
        ((str(file), "--user", "nobody at all"), "There is no account named"),
        ((str(tmp_path / "none"), "--user", person.name), "none: No such file"),
    ):
        status, _, errors = await run(*words)
        assert status == 1
        assert told in errors
    await asyncio.to_thread(file.write_bytes, b"no export")
    failed = await run(str(file), "--user", person.name)
    assert (failed[0], failed[2]) == (1, "The import failed: not_recognised\n")
