"""A row that somebody holds keeps its own reply from being saved, and no other one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from sqlalchemy import select

from app.config import Settings
from app.database import table_of
from app.migration import sync_engine
from app.models import Generation, Message
from tests.conftest import StartServer
from tests.support.server import RunningServer, text_of
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("mysql", "mariadb")]


@asynccontextmanager
async def held(server: RunningServer, model: type, conversation: int) -> AsyncIterator[None]:
    """The rows of a conversation, locked as by a client that hangs in its transaction."""
    settings: Settings = server.app.state.settings
    engine = await asyncio.to_thread(sync_engine, settings)
    table = table_of(model)
    rows = select(table.c.id).where(table.c.conversation_id == conversation).with_for_update()
    connection = await asyncio.to_thread(engine.connect)
    await asyncio.to_thread(connection.execute, rows)
    try:
        yield
    finally:
        await asyncio.to_thread(connection.close)
        await asyncio.to_thread(engine.dispose)


@pytest.mark.parametrize("model", [Generation, Message])
async def test_others_are_saved_meanwhile(
    start_server: StartServer, upstream: ScriptedUpstream, model: type
) -> None:
    server = await start_server(reap_after_seconds=1)
    ada = await server.person_with_model(upstream.url, "hold")
    one, other = await ada.conversation(), await ada.conversation()
    async with ada.socket(one) as first, ada.socket(other) as second:
        for socket in (first, second):
            await socket.send(type="message", content="a b c")
            await socket.until("chunk")
        async with held(server, model, one):
            await asyncio.sleep(2)  # the lease of a process that gives no sign of life
            upstream.release()
            events = await second.until("done")
            assert events[-1]["finish_reason"] == "stop"
            assert (await ada.messages(other))[1]["content"] == "You said: a b c"
        events = await first.until("done", "error")
        assert text_of(events).endswith("a b c")
    assert (await ada.messages(one))[1]["status"] == "complete"


async def test_its_own_reply_is_saved_once_the_row_is_free(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    """Whenever that is: between two saves of its owner, and between two looks of the reaper."""
    lease = 1
    server = await start_server(
        reap_after_seconds=lease, checkpoint_seconds=lease / 4, max_replies_per_user=13
    )
    ada = await server.person_with_model(upstream.url, "hold")
    conversations = [await ada.conversation() for _ in range(13)]
    async with AsyncExitStack() as opened:
        sockets = [await opened.enter_async_context(ada.socket(one)) for one in conversations]
        locks = [await opened.enter_async_context(AsyncExitStack()) for _ in conversations]
        for socket in sockets:
            await socket.send(type="message", content="a b c")
            await socket.until("chunk")
        for conversation, lock in zip(conversations, locks, strict=True):
            await lock.enter_async_context(held(server, Generation, conversation))
        upstream.release()
        await asyncio.sleep(lease)
        for lock in locks:
            await asyncio.sleep(lease / 10)
            await lock.aclose()
        for socket in sockets:
            assert (await socket.until("done", "error"))[-1]["type"] == "done"
