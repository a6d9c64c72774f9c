"""A deleted account leaves nothing: no rows, no login, no socket, no running reply."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from app.models import Base
from tests.refusals import assert_refused, last_words
from tests.server import PASSWORD, Person, RunningServer
from tests.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

KEPT = {"schema_info"}


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
        await running.ended.wait()
