"""What a user may have open is counted in all processes together, and goes with them."""

import os
import signal
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.faults.watching import eventually
from tests.peers.conftest import StartNodes
from tests.support.buses import BUSES
from tests.support.server import Person
from tests.support.upstream import ScriptedUpstream
from tests.workers.processes import worker_of
from tests.workers.test_workers import two_workers

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

IN_A_ROW = 20
"""That all of them come to one of two workers has a chance of 2 in 2 ** 20."""


async def is_let_in(person: Person, conversation: int) -> bool:
    """Whether one more socket is served; it is closed then."""
    try:
        async with person.socket(conversation) as socket:
            await socket.send(type="ping")
            event = await socket.receive()
    except (ConnectionClosed, InvalidHandshake, OSError):
        return False  # it came to one that was killed
    assert event["type"] == "pong" or event["code"] == "too_many_sockets"
    return bool(event["type"] == "pong")


@pytest.mark.parametrize("bus", BUSES)
async def test_sockets_of_a_user_are_counted_together(bus: str, start_nodes: StartNodes) -> None:
    nodes = await start_nodes(bus, max_sockets_per_user=2)
    ada = await nodes[0].register()
    conversation = await ada.conversation()
    first, second, third = nodes.seen_by(ada)

    async def is_refused() -> bool:
        return not await is_let_in(third, conversation)

    async def is_free() -> bool:
        return await is_let_in(third, conversation)

    async with first.socket(conversation) as one, second.socket(conversation) as other:
        for socket in (one, other):
            await socket.send(type="ping")  # answered once it is counted
            assert (await socket.receive())["type"] == "pong"
        await eventually(is_refused)
        bob = await nodes[2].register()
        assert await is_let_in(bob, await bob.conversation())
        await other.connection.close()
        await eventually(is_free)


async def test_streams_of_a_user_are_counted_together(
    start_nodes: StartNodes, upstream: ScriptedUpstream
) -> None:
    nodes = await start_nodes("local", max_sockets_per_user=1)
    ada = await nodes[0].person_with_model(upstream.url, "hold")
    there, elsewhere = nodes.seen_by(ada)[1:]
    path = f"/conversations/{await ada.conversation()}/messages"
    stream = {"Accept": "text/event-stream"}

    async def is_refused() -> bool:
        answer = await elsewhere.post(path, json={"content": "me too"}, headers=stream)
        return answer.status_code == 429 and answer.json()["code"] == "too_many_sockets"

    body, headers = {"content": "hello"}, ada.headers | stream
    async with there.server.http.stream("POST", path, json=body, headers=headers) as answer:
        assert answer.status_code == 200
        await eventually(is_refused)


async def test_sockets_of_a_worker_that_is_killed_count_no_more(tmp_path: Path) -> None:
    async with two_workers(tmp_path, MAX_SOCKETS_PER_USER="1") as server:
        ada = await server.register()
        conversation = await ada.conversation()

        async def none_is_let_in() -> bool:
            for _ in range(IN_A_ROW):
                if await is_let_in(ada, conversation):
                    return False
            return True

        async def one_is_let_in() -> bool:
            return not await none_is_let_in()

        async with ada.socket(conversation) as socket:
            await socket.send(type="ping")
            assert (await socket.receive())["type"] == "pong"
            await eventually(none_is_let_in)
            worker = await worker_of(server, socket.connection.local_address[1])
            os.kill(worker, signal.SIGKILL)
            with pytest.raises(ConnectionClosed):
                await socket.connection.recv()
            await eventually(one_is_let_in)
