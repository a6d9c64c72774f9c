"""A deleted account leaves nothing: no rows but the audit log's, no login, no socket, no running
reply."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy import delete as sql_delete

from app.database import table_of
from app.errors import InvalidToken
from app.models import Base, User
from app.services.backup.transaction import CHANGE, transaction
from app.services.conversations.rows import Page
from tests.refusals import assert_refused, last_words
from tests.server import PASSWORD, Person, RunningServer
from tests.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

KEPT = {"schema_info", "audit_event", "audit_head"}


async def delete(person: Person, password: str = PASSWORD) -> Any:
    return await person.request("DELETE", "/auth/me", json={"password": password})


async def rows(server: RunningServer) -> dict[str, int]:
    def count(connection: Connection) -> dict[str, int]:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
            if table.name not in KEPT
        }

    counted: dict[str, int] = await server.app.state.services.database.read(count)
    return counted


async def test_all_that_was_the_users_is_gone(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    bob = await server.person_with_model(upstream.url)
    theirs = await bob.conversation()
    await bob.say(theirs, "hello")
    before = await rows(server)
    ada = await server.person_with_model(upstream.url)
    for _ in range(3):
        await ada.say(await ada.conversation(), "hello")
    gone = await ada.conversation()
    assert (await ada.request("DELETE", f"/conversations/{gone}")).status_code == 204
    await ada.refresh()
    await server.app.state.services.passwords.make_reset(ada.name)
    ticket = (await ada.post("/auth/ws-ticket")).json()["ticket"]
    async with ada.socket(await ada.conversation(), token=ticket) as socket:
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}
        assert_refused(await delete(ada, "not the password"), 403, "wrong_password")
        assert (await delete(ada)).status_code == 204
        assert (await last_words(socket.connection))[1] == 4401
    assert await rows(server) == before
    assert_refused(await ada.get("/auth/me"), 401, "invalid_token")
    assert_refused(await delete(ada), 401, "invalid_token")
    assert len(await bob.messages(theirs)) == 2
    again = await server.register(ada.name)
    assert again.id > ada.id
    assert (await again.get("/conversations")).json()["total"] == 0
    assert_refused(await ada.get("/auth/me"), 401, "invalid_token")


async def test_a_running_reply_ends_with_its_account(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="hello")
        await socket.until("chunk")
        running = server.app.state.services.supervisor.find(conversation)
        assert (await delete(ada)).status_code == 204
        events, code = await last_words(socket.connection)
        assert (events[-1]["code"], code) == ("invalid_token", 4401)
    async with asyncio.timeout(5):
        await asyncio.wait([running.task])


async def test_what_was_let_in_before_is_refused_after(
    server: RunningServer, upstream: ScriptedUpstream, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = await server.person_with_model(upstream.url)
    change = {"model_url": upstream.url, "model_name": "echo", "api_key": "sk-new"}
    async with deleted_once_let_in(server, ada):
        asked = [
            asyncio.create_task(ada.post("/conversations")),
            asyncio.create_task(ada.request("PUT", "/auth/config", json=change)),
        ]
        await until_they_wait(server, len(asked))
    for answer in await asyncio.gather(*asked):
        assert_refused(answer, 401, "invalid_token")
    with pytest.raises(InvalidToken):
        await server.app.state.services.conversations.list(ada.id, Page(10, 0, None, 0))
    assert "error" not in capsys.readouterr().err


@asynccontextmanager
async def deleted_once_let_in(server: RunningServer, person: Person) -> AsyncIterator[None]:
    """Deletes an account behind the server's back, in a transaction that is committed at the end:
    until then the server still reads the account, and waits where it writes."""
    user, settings = table_of(User), server.app.state.settings
    begun, go = threading.Event(), threading.Event()

    def remove() -> None:
        with transaction(settings, CHANGE) as connection:
            connection.execute(sql_delete(user).where(user.c.id == person.id))
            begun.set()
            go.wait(10)

    removal = asyncio.create_task(asyncio.to_thread(remove))
    assert await asyncio.to_thread(begun.wait, 30)
    try:
        yield
    finally:
        go.set()
        await removal


async def until_they_wait(server: RunningServer, count: int) -> None:
    """So many transactions have been under way for some time."""
    looks = 0
    async with asyncio.timeout(10):
        while looks < 30:
            await asyncio.sleep(0.01)
            load = server.app.state.services.database.load
            looks = looks + 1 if load.running + load.waiting >= count else 0
