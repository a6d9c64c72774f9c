"""A deleted conversation is gone for good once its retention has passed, and not before."""

import asyncio
import time
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from app.config import Settings
from app.database import table_of
from app.migration import sync_engine
from app.models import Conversation, Message, utc_now
from tests.conftest import StartServer
from tests.server import ENCRYPTION_KEY, SECRET_KEY
from tests.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


def engine_of(database_url: str) -> Engine:
    return sync_engine(
        Settings(
            _env_file=None,
            database_url=database_url,
            secret_key=SECRET_KEY,
            encryption_key=ENCRYPTION_KEY,
        )
    )


def delete_days_ago(database_url: str, conversation: int, days: int) -> None:
    """Make the deletion of a conversation older than it is."""
    table = table_of(Conversation)
    engine = engine_of(database_url)
    with engine.begin() as connection:
        then = utc_now() - timedelta(days=days)
        connection.execute(update(table).where(table.c.id == conversation).values(deleted_at=then))
    engine.dispose()


def wait_until_gone(database_url: str, conversation: int) -> None:
    """Return when neither the conversation nor a message of it is left."""
    engine, deadline = engine_of(database_url), time.monotonic() + 10
    of_conversation = table_of(Conversation).c.id == conversation
    of_messages = table_of(Message).c.conversation_id == conversation
    left = True
    while left:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        with engine.connect() as connection:
            left = any(
                connection.execute(select(column.left).where(column)).first()
                for column in (of_conversation, of_messages)
            )
    engine.dispose()


async def test_only_what_was_deleted_long_ago_is_purged(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    server = await start_server()
    ada = await server.person_with_model(upstream.url)
    old, recent, kept = [await ada.conversation() for _ in range(3)]
    for conversation in (old, recent, kept):
        await ada.say(conversation, "hello")
    for conversation, days in ((old, 31), (recent, 29)):
        await ada.request("DELETE", f"/conversations/{conversation}")
        await asyncio.to_thread(delete_days_ago, database_url, conversation, days)
    assert (await ada.post(f"/conversations/{old}/restore")).status_code == 404
    ada.server = await start_server()
    await asyncio.to_thread(wait_until_gone, database_url, old)
    assert (await ada.post(f"/conversations/{recent}/restore")).status_code == 200
    assert len(await ada.messages(recent)) == len(await ada.messages(kept)) == 2
