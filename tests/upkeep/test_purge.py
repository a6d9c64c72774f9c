"""What is over is gone for good some time later, and not before: deleted conversations, logins."""

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Update, delete, insert, select, update

from app.config import Settings
from app.database import table_of
from app.migration import sync_engine
from app.models import (
    Conversation,
    DefaultModelUse,
    LoginSession,
    Message,
    ModelWindow,
    PasswordReset,
    PromptText,
    WsTicket,
    utc_now,
)
from app.schemas.message import MessageRead
from app.services.messages.rows import read_messages
from tests.conftest import StartServer
from tests.endpoints.connecting import patch
from tests.support.server import ENCRYPTION_KEY, PASSWORD, SECRET_KEY, RunningServer
from tests.support.upstream import ScriptedUpstream

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


async def test_instructions_go_with_the_last_reply_that_was_sent_them(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    server = await start_server()
    ada = await server.person_with_model(upstream.url)
    purged, kept, running = [await ada.conversation() for _ in range(3)]
    text = table_of(PromptText)

    def texts() -> list[str]:
        engine = engine_of(database_url)
        with engine.connect() as connection:
            hers = select(text.c.text).where(text.c.user_id == ada.id)
            found = sorted(connection.execute(hers).scalars())
        engine.dispose()
        return found

    for conversation, prompts in ((purged, ("gone", "shared")), (kept, ("shared", "own"))):
        for prompt in prompts:
            await patch(ada, f"/conversations/{conversation}", system_prompt=prompt)
            await ada.say(conversation, "hello")
    assert await asyncio.to_thread(texts) == ["gone", "own", "shared"]
    await ada.request("DELETE", f"/conversations/{purged}")
    await asyncio.to_thread(delete_days_ago, database_url, purged, 31)
    purger = server.app.state.services.purger
    await ada.set_model(upstream.url, "hold")
    await patch(ada, f"/conversations/{running}", system_prompt="gone")
    async with ada.socket(running) as socket:
        await socket.send(type="message", content="hello")
        start, *_ = await socket.until("chunk")
        await purger.purge()
        assert await asyncio.to_thread(texts) == ["gone", "own", "shared"], "it is being used"
        upstream.release()
        await socket.until("done")
    await purger.purge()
    assert await asyncio.to_thread(texts) == ["gone", "own", "shared"]
    told = (await ada.get(f"/messages/{start['message']['id']}/context")).json()
    assert told["runs"][0]["system_prompt"] == "gone"
    await ada.request("DELETE", f"/conversations/{running}")
    await asyncio.to_thread(delete_days_ago, database_url, running, 31)
    await purger.purge()
    assert await asyncio.to_thread(texts) == ["own", "shared"]


async def test_messages_that_are_purged_while_they_are_read_do_no_harm(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    await ada.say(conversation, "hello")
    message = table_of(Message)
    its = message.c.conversation_id == conversation

    def read(connection: Connection) -> list[MessageRead]:
        rows = connection.execute(select(message).where(its).order_by(message.c.id)).all()
        connection.execute(delete(message).where(its))
        return read_messages(connection, rows)

    found = await server.app.state.services.database.write(read)
    assert [(m.content, m.version, m.versions) for m in found] == [
        ("hello", 1, 1),
        ("You said: hello", 1, 1),
    ]


LONG_OVER = timedelta(hours=2)


async def test_logins_and_counts_that_are_over_are_purged(
    start_server: StartServer, database_url: str
) -> None:
    server = await start_server()
    ada = await server.register()
    ended, expired, ended_now = [await server.log_in(ada.name, PASSWORD) for _ in range(3)]
    for person in (ended, ended_now):
        await person.post("/auth/logout")
    ticket = (await ada.post("/auth/ws-ticket")).json()["ticket"]
    async with ada.socket(await ada.conversation(), token=ticket) as socket:
        await socket.send(type="ping")
        await socket.receive()  # the ticket has been used
    await server.app.state.services.passwords.make_reset(ada.name)
    today = int(time.time()) // 86_400

    def make_old() -> None:
        engine, then = engine_of(database_url), utc_now() - LONG_OVER
        with engine.begin() as connection:
            connection.execute(change(LoginSession, id=ended.session_id).values(revoked_at=then))
            connection.execute(change(LoginSession, id=expired.session_id).values(expires_at=then))
            for model in (WsTicket, PasswordReset):
                connection.execute(change(model, user_id=ada.id).values(expires_at=then))
            days = [{"user_id": ada.id, "day": day, "messages": 1} for day in (1, today - 2, today)]
            connection.execute(insert(table_of(DefaultModelUse)), days)
            learned = [
                {"user_id": ada.id, "model_key": key, "tokens": 9, "expires_at": over}
                for key, over in ((b"old", then), (b"new", utc_now()))
            ]
            connection.execute(insert(table_of(ModelWindow)), learned)
        engine.dispose()

    def left() -> dict[str, list[Any]]:
        engine = engine_of(database_url)
        with engine.connect() as connection:
            found = {
                name: list(connection.execute(select(column).where(mine)).scalars())
                for name, column, mine in columns_of(ada.id)
            }
        engine.dispose()
        return found

    def until_purged() -> dict[str, list[Any]]:
        deadline = time.monotonic() + 10
        while len((found := left())["windows"]) > 1 and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    await asyncio.to_thread(make_old)
    ada.server = await start_server()
    assert await asyncio.to_thread(until_purged) == {
        "sessions": [ada.session_id, ended_now.session_id],
        "tickets": [],
        "resets": [],
        "days": [today],
        "windows": [b"new"],
    }
    assert (await (await ada.refresh()).get("/auth/me")).status_code == 200


def change(model: type, **whose: int) -> Update:
    table = table_of(model)
    return update(table).where(*(table.c[name] == value for name, value in whose.items()))


def columns_of(user_id: int) -> Iterator[tuple[str, Any, Any]]:
    """What is kept of logins and counts of a user."""
    for name, model, column in (
        ("sessions", LoginSession, "id"),
        ("tickets", WsTicket, "user_id"),
        ("resets", PasswordReset, "user_id"),
        ("days", DefaultModelUse, "day"),
        ("windows", ModelWindow, "model_key"),
    ):
        table = table_of(model)
        yield name, table.c[column], table.c.user_id == user_id
