"""Links as the operator lists and ends them by the command line."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.sharing.linked import link, looked
from tests.support.backups import command, done, refused
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


async def test_listed_and_ended(
    tmp_path: Path, start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    server = await start_server(database_url=url)
    ada = await server.register("ada")
    await ada.set_model(upstream.url, "echo")
    chat = await ada.conversation("A secret title")
    await ada.say(chat, "hello")
    first, second = await link(ada, chat, expires_at=None), await link(ada, chat)

    async def run(*words: str) -> str:
        return done(await asyncio.to_thread(command, tmp_path, url, "share", *words))

    lines = (await run("list")).splitlines()
    assert [line.split("  ")[:4] for line in lines] == [
        [str(each["id"]), "ada", f"conversation {chat}", "2 messages"] for each in (first, second)
    ]
    assert lines[0].endswith("never ends") and "secret" not in str(lines)
    (told,) = [json.loads(line) for line in (await run("list", "--json")).splitlines()][1:]
    assert told["id"] == second["id"] and second["token"] not in str(told)
    assert await run("list", "--user", "nobody") == ""
    assert await run("end", str(first["id"])) == f"Link {first['id']} was ended\n"
    assert [(await looked(server, each["token"])).status_code for each in (first, second)] == [
        404,
        200,
    ]
    assert await run("end", "--user", "ADA") == "1 links were ended\n"
    assert (await looked(server, second["token"])).status_code == 404
    events = (await ada.get("/auth/audit")).json()["events"]
    ended = [each["address"] for each in events if each["action"] == "share_ended"]
    assert ended == ["command line"] * 2

    for words, why in (
        (["end"], "Say what is ended"),
        (["end", "7", "--user", "ada"], "Say what is ended"),
        (["end", "99"], "There is no link 99"),
        (["end", "--user", "nobody"], "There is no account named nobody"),
    ):
        refused(await asyncio.to_thread(command, tmp_path, url, "share", *words), why)
