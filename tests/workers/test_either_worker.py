"""Whatever is asked for at one worker of a reply that the other one writes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.watching import REPLY
from tests.support.refusals import assert_refused
from tests.support.server import ChatSocket, Person, RunningServer, http_client, text_of
from tests.support.server_process import TWO_WORKERS, ServerProcess, server_process
from tests.support.upstream import ScriptedUpstream
from tests.workers.processes import process_of, worker_of

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite", "mysql")]

TRIES = 40
"""That all of them lead to one of two workers has a chance of 2 in 2 ** 40."""


@pytest.fixture
async def process(database_url: str) -> AsyncIterator[ServerProcess]:
    async with server_process(database_url, None, TWO_WORKERS) as process:
        yield process


@asynccontextmanager
async def at_either(process: ServerProcess, person: Person) -> AsyncIterator[list[Person]]:
    """The same user at each worker, by a connection that is kept."""
    found: dict[int, Person] = {}
    async with AsyncExitStack() as stack:
        for _ in range(TRIES):
            client = await asyncio.to_thread(http_client, process.port)
            http = await stack.enter_async_context(client)
            answer = await http.get("/health/live")
            port = answer.extensions["network_stream"].get_extra_info("client_addr")[1]
            server = RunningServer(process.port, None, http)
            found[await worker_of(process, port)] = replace(person, server=server)
            if len(found) == 2:
                break
        yield list(found.values())


@asynccontextmanager
async def shown_by_either(
    process: ServerProcess, person: Person, conversation: int
) -> AsyncIterator[list[ChatSocket]]:
    """Sockets of one conversation, one at each worker."""
    found: dict[int, ChatSocket] = {}
    async with AsyncExitStack() as stack:
        for _ in range(TRIES):
            socket = await stack.enter_async_context(person.socket(conversation))
            found.setdefault(await process_of(process, socket), socket)
            if len(found) == 2:
                break
        yield list(found.values())


async def next_of(socket: ChatSocket, kind: str) -> dict[str, Any]:
    return (await socket.until(kind))[-1]


@pytest.mark.parametrize("how", ["by its socket", "by a request"])
async def test_stopped_where_it_is_not_written(
    process: ServerProcess, upstream: ScriptedUpstream, how: str
) -> None:
    ada = await process.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation("named")
    async with (
        at_either(process, ada) as people,
        shown_by_either(process, ada, conversation) as sockets,
    ):
        for writer, other in (sockets, sockets[::-1]):
            await writer.send(type="message", content="one two")
            await next_of(other, "chunk")
            if how == "by its socket":
                await other.send(type="stop")
            else:
                # Of both requests one is answered by a worker that does not write it.
                stop = f"/conversations/{conversation}/stop"
                answers = await asyncio.gather(*(each.post(stop) for each in people))
                assert [answer.status_code for answer in answers] == [204, 204]
            for socket in sockets:
                assert (await next_of(socket, "done"))["status"] == "stopped"
    assert [m["status"] for m in (await ada.messages(conversation))[1::2]] == ["stopped"] * 2


async def test_edited_and_switched_while_the_other_writes_and_afterwards(
    process: ServerProcess, upstream: ScriptedUpstream
) -> None:
    ada = await process.person_with_model(upstream.url, "echo")
    conversation = await ada.conversation("named")
    first = (await ada.say(conversation, "hello")).json()
    message, reply = first["message"]["id"], first["reply"]["id"]
    await ada.set_model(upstream.url, "hold")
    async with (
        at_either(process, ada) as people,
        shown_by_either(process, ada, conversation) as sockets,
    ):
        await sockets[0].send(type="regenerate", message_id=reply)
        for socket in sockets:
            await next_of(socket, "chunk")
        for each in people:
            edit = await each.post(f"/messages/{message}/edit", json={"content": "other"})
            switch = await each.post(f"/messages/{reply}/activate")
            again = await each.say(conversation, "more")
            for answer in (edit, switch, again):
                assert_refused(answer, 409, "reply_in_progress")
        upstream.release()
        for socket in sockets:
            await next_of(socket, "done")
        for each in people:
            edited = (await each.post(f"/messages/{message}/edit", json={"content": "x"})).json()
            assert edited["reply"]["content"] == REPLY.format("x")
            for socket in sockets:
                assert text_of(await socket.until("done")) == REPLY.format("x")
            shown = (await each.post(f"/messages/{message}/activate")).json()["messages"][-1]
            for socket in sockets:
                assert await socket.receive() == {"type": "switched", "message_id": shown["id"]}
            histories = [await person.messages(conversation) for person in people]
            assert histories[0] == histories[1]


async def test_sent_twice_at_once_at_both(
    process: ServerProcess, upstream: ScriptedUpstream
) -> None:
    ada = await process.person_with_model(upstream.url, "echo")
    async with at_either(process, ada) as people:
        for number in range(10):
            conversation = await ada.conversation("named")
            key = {"Idempotency-Key": "the-one"}
            sent = [each.say(conversation, f"only once {number}", **key) for each in people]
            answers = await asyncio.gather(*sent)
            assert [answer.status_code for answer in answers] == [200, 200]
            assert answers[0].json() == answers[1].json()
            assert len(await ada.messages(conversation)) == 2
    assert len(upstream.replies) == 10
