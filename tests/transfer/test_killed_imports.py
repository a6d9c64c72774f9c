"""kill -9 at any moment of an import: whoever goes on comes to what one run comes to."""

import asyncio
import random
import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.database import table_of
from app.models import Conversation, Message
from tests.conftest import StartServer
from tests.faults.scale import on, scaled
from tests.faults.watching import eventually
from tests.support.server import Person
from tests.support.server_process import ServerProcess, server_process
from tests.transfer.imported import all_items, chatgpt, conversation, ended, put

pytestmark = pytest.mark.anyio

KILLS = scaled(2, 20)
LONG, SHORT = scaled(300, 700), 40
_conversation = table_of(Conversation)
_message = table_of(Message)


def export() -> bytes:
    """A conversation of many parts between short ones."""
    short = [conversation(f"s{n}", ["one", "two", "three"]) for n in range(SHORT)]
    long = conversation("long", [f"said {n}" for n in range(LONG)])
    return chatgpt(*short[: SHORT // 2], long, *short[SHORT // 2 :])


async def killed(process: ServerProcess, seconds: float) -> None:
    await asyncio.sleep(seconds)  # at any moment
    process.kill(signal.SIGKILL)


def told(connection: Connection, user_id: int) -> list[Any]:
    """What a user was brought in, whatever its ids."""
    rows = (
        select(_conversation.c.title, _conversation.c.message_count, _message)
        .join(_message, _message.c.conversation_id == _conversation.c.id)
        .where(_conversation.c.user_id == user_id)
        .order_by(_message.c.id)
    )
    texts: dict[int | None, str | None] = {None: None}
    found = []
    for row in connection.execute(rows):
        texts[row.id] = row.content
        said = (row.title, row.message_count, row.content, texts[row.parent_id])
        found.append((*said, row.active, row.status, row.timestamp, row.tokens))
    return found


@pytest.mark.databases(*on("sqlite mysql", soak="sqlite mysql mariadb"))
async def test_killed_at_random_moments(
    start_server: StartServer, database_url: str, tmp_path: Path
) -> None:
    chance = random.Random(1)
    data = export()
    settings = {"DATA_DIR": str(tmp_path), "REAP_AFTER_SECONDS": "1"}
    ada: Person | None = None
    id = 0
    for _ in range(KILLS):
        async with server_process(database_url, **settings) as process:
            if ada is None:
                ada = await process.register()
                id = (await put(ada, data)).json()["id"]
            await killed(process, chance.uniform(0.2, 1.5))
    assert ada is not None
    server = await start_server(data_dir=tmp_path, reap_after_seconds=1)
    ada.server = server
    done = await ended(ada, id)
    assert (done["status"], done["created"]) == ("done", SHORT + 1)
    assert (done["done"], done["messages"]) == (SHORT + 1, LONG + 3 * SHORT)
    items = await all_items(ada, id)
    assert [item["result"] for item in items] == ["created"] * (SHORT + 1)
    bob = await server.register()
    await ended(bob, (await put(bob, data)).json()["id"])
    read = server.app.state.services.database.read
    assert await read(told, ada.id) == await read(told, bob.id)

    async def is_gone() -> bool:
        return await asyncio.to_thread(left_in, tmp_path) == ["id"]

    await eventually(is_gone)


def left_in(folder: Path) -> list[str]:
    return [path.name for path in (folder / "files" / "imports").iterdir()]
