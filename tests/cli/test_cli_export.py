"""`chat-backend export`: the ZIP that users get themselves, beside a running server."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.support.cli_process import run
from tests.support.server import ENCRYPTION_KEY, SECRET_KEY, RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.transfer.exporting import opened, taken

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("new_python")]


async def test_the_same_as_from_the_server(
    server: RunningServer, upstream: ScriptedUpstream, database_url: str, tmp_path: Path
) -> None:
    ada = await server.person_with_model(upstream.url)
    id = await ada.conversation("Über alles")
    await ada.say(id, "hello")
    settings = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET_KEY,
        "ENCRYPTION_KEY": ENCRYPTION_KEY,
        "LANG": "en_US.UTF-8",
    }
    whole = tmp_path / "all.zip"
    words = ("export", "--user", ada.name.upper(), str(whole))
    ended = await asyncio.to_thread(run, tmp_path, *words, **settings)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(f"1 conversations in {whole}, ")
    export = opened(await asyncio.to_thread(whole.read_bytes))
    own = await taken(ada)
    assert export.lines == own.lines
    assert export.files.keys() == own.files.keys()
    assert (await asyncio.to_thread(whole.stat)).st_mode & 0o777 == 0o600
    events = (await ada.get("/auth/audit")).json()["events"]
    told = [(each["action"], each["address"]) for each in events if "export" in each["action"]]
    assert sorted(told) == [("data_exported", "127.0.0.1"), ("data_exported", "command line")]
    # What is there is not overwritten, and nothing is left of what failed.
    ended = await asyncio.to_thread(run, tmp_path, *words, **settings)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"{whole}: is there already\n"
    words = ("export", "--user", "nobody", str(tmp_path / "none.zip"))
    ended = await asyncio.to_thread(run, tmp_path, *words, **settings)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "There is no account named nobody\n"
    left = await asyncio.to_thread(os.listdir, tmp_path)
    assert [name for name in left if ".zip" in name] == ["all.zip"]
