"""A database takes no writes for a while: a clear refusal, reading goes on, nothing is lost."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engines import retry
from tests.faults.database_server import DatabaseServer, available, database_server
from tests.faults.watching import REPLY, Shown, eventually, watch
from tests.support.migrated import migrated_database
from tests.support.server import running_server
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


@pytest.fixture(params=available(), ids=lambda programs: programs.name)
def private(request: pytest.FixtureRequest) -> Iterator[DatabaseServer]:
    with database_server(request.param) as server:
        yield server


@pytest.fixture
def app_url(private: DatabaseServer, tmp_path: Path) -> Iterator[str]:
    """A database, by an account that is bound by the server's `read_only`."""
    with migrated_database(private.url, tmp_path) as url:
        database = url.rpartition("/")[2]
        private.execute(
            "CREATE USER app@'127.0.0.1' IDENTIFIED BY 'secret'",
            f"GRANT ALL ON {database}.* TO app@'127.0.0.1'",
        )
        own = private.url.set(username="app", password="secret", database=database)
        yield own.render_as_string(hide_password=False)


async def test_writes_are_refused_and_made_up_for(
    private: DatabaseServer, app_url: str, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    async with running_server(database_url=app_url, data_dir=tmp_path) as server:
        ada = await server.person_with_model(upstream.url, "slow")
        shown = Shown(await ada.conversation(), "词🍣 " * 60)
        other = await ada.conversation()
        reader = asyncio.create_task(watch(ada, shown))

        async def begun() -> bool:
            return len(shown.text) > 10

        await eventually(begun)
        await asyncio.to_thread(private.execute, "SET GLOBAL read_only = ON")
        refused = await ada.say(other, "nobody writes this down")
        assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
        assert "read" not in refused.json()["detail"].lower()
        assert (await ada.get("/conversations")).status_code == 200
        await asyncio.to_thread(private.execute, "SET GLOBAL read_only = OFF")
        await reader
        reply = (await ada.messages(shown.conversation))[1]
        assert (reply["status"], reply["content"]) == ("complete", REPLY.format(shown.content))
        assert await ada.messages(other) == []
        assert (await ada.say(other, "again")).json()["reply"]["status"] == "complete"


async def test_a_reply_whose_end_cannot_be_written_down_says_so(
    private: DatabaseServer,
    app_url: str,
    upstream: ScriptedUpstream,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retry, "PATIENCE_SECONDS", 0.5)  # a switch-over's; none is waited for here
    settings: dict[str, object] = {"database_url": app_url, "database_patience_seconds": 0.5}
    async with running_server(data_dir=tmp_path, **settings) as server:
        ada = await server.person_with_model(upstream.url, "hold")
        conversation = await ada.conversation()
        sending = asyncio.create_task(ada.say(conversation, "one two three"))
        await upstream.received(1)
        await asyncio.to_thread(private.execute, "SET GLOBAL read_only = ON")
        upstream.release()
        reply = (await sending).json()["reply"]
        assert (reply["status"], reply["error"]["code"]) == ("interrupted", "database_unavailable")
        assert reply["content"] == REPLY.format("one two three")
        await asyncio.to_thread(private.execute, "SET GLOBAL read_only = OFF")

        async def is_written() -> bool:
            return bool((await ada.messages(conversation))[1]["status"] == "complete")

        await eventually(is_written)
