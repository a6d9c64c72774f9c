"""The operator's caps: of each user, of one, and of everyone, which processes share in slices."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, select

from app.database import table_of
from app.models import CapSlice, Model, ModelConnection
from app.services.shared_connections.service import SharedConnections
from app.services.usage.slice_rows import PERCENT
from tests.conftest import StartServer
from tests.faults.watching import eventually
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream
from tests.usage.capped import cap, caps_of, operators_cap, set_caps

pytestmark = pytest.mark.anyio

LEASE = {"REAP_AFTER_SECONDS": "1"}
USED = 12
"""Tokens of any reply of the scripted server, by its own count."""

_connection = table_of(ModelConnection)
_model = table_of(Model)
_slice = table_of(CapSlice)


@asynccontextmanager
async def shared_connection(
    server: RunningServer, url: str, *names: str
) -> AsyncIterator[tuple[int, list[int]]]:
    """A connection of the operator's with models, and their ids; for as long as the block lasts."""
    services = server.app.state.services
    shared = SharedConnections(services.database, services.vault, services.ai)
    made = await shared.add("Shared", url, "sk-of-the-operator", list(names))
    await shared.share(made.slug, True)
    try:
        yield await services.database.read(_ids, made.slug)
    finally:
        await shared.remove(made.slug)


Share = Callable[..., Awaitable[tuple[int, list[int]]]]


@pytest.fixture
async def share(start_server: StartServer) -> AsyncIterator[Share]:
    """Makes shared connections, which are gone before their server is: others use the database."""
    async with AsyncExitStack() as stack:

        async def share(*of: Any) -> tuple[int, list[int]]:
            return await stack.enter_async_context(shared_connection(*of))

        yield share


def _ids(connection: Connection, slug: str) -> tuple[int, list[int]]:
    its = select(_connection.c.id).where(_connection.c.slug_key == f"0/{slug}".encode())
    id = connection.execute(its).scalar_one()
    models = select(_model.c.id).where(_model.c.connection_id == id).order_by(_model.c.id)
    return id, list(connection.execute(models).scalars())


def held(connection: Connection, cap_id: int) -> list[int]:
    its = select(_slice.c.amount).where(_slice.c.cap_id == cap_id)
    return [int(amount) for amount in connection.execute(its).scalars()]


async def slices_of(server: RunningServer, cap_id: int) -> list[int]:
    """What processes hold of a cap, by their own last word."""
    found: list[int] = await server.app.state.services.database.read(held, cap_id)
    return found


async def ask(person: Person, model: int, **more: Any) -> Any:
    conversation = await person.conversation("named")
    body = {"content": "hello", "model_id": model} | more
    return await person.post(f"/conversations/{conversation}/messages", json=body)


async def statuses(*asked: Any) -> list[int]:
    return sorted(answer.status_code for answer in await asyncio.gather(*asked))


async def test_of_each_user_and_of_one(
    server: RunningServer, upstream: ScriptedUpstream, share: Share
) -> None:
    id, (model, other) = await share(server, upstream.url, "echo", "other")
    ada, bob = await server.register(), await server.register()
    of = {"target": "connection", "connection_id": id, "unit": "messages"}
    async with operators_cap(server, scope="user", amount=2, **of):
        for person in (ada, bob):
            assert [(await ask(person, n)).status_code for n in (model, other, model)] == [
                *(200, 200, 429)
            ]
        (told,) = [each for each in await caps_of(ada) if each["id"]]
        assert (told["source"], told["scope"], told["label"]) == ("operator", "user", "Shared")
        assert (told["connection_id"], told["used"], told["left"]) == (None, 2, 0)
        refused = await ask(ada, model)
        assert "the operator has set (2 messages a day)" in refused.json()["detail"]
        assert refused.json()["reason"] == "operator"
        # One's own list has no say in it.
        assert len(await set_caps(ada)) == len(await caps_of(bob))
    async with operators_cap(server, scope="user", user_id=ada.id, amount=2, **of):
        assert [(await ask(person, model)).status_code for person in (ada, bob)] == [429, 200]
        assert [each for each in await caps_of(bob) if each["id"]] == []


async def test_of_everyone_over_two_processes(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str, share: Share
) -> None:
    server = await start_server()
    id, (model,) = await share(server, upstream.url, "echo")
    people = [await server.register() for _ in range(4)]
    of = {"target": "connection", "connection_id": id}
    async with (
        operators_cap(server, scope="everyone", unit="messages", amount=7, **of) as cap_id,
        server_process(database_url) as process,
    ):
        places = [*people, *(process.seen_by(person) for person in people)]
        answers = await asyncio.gather(*(ask(person, model) for person in places * 2))
        passed = sum(each.status_code == 200 for each in answers)
        assert passed <= 7  # what a process has just used may be taken for held for a moment
        codes = {each.json()["code"] for each in answers if each.status_code == 429}
        assert codes == {"cap_reached"}

        async def all_pass() -> bool:
            nonlocal passed
            passed += (await ask(people[0], model)).status_code == 200
            return bool(passed == 7)

        await eventually(all_pass)
        assert await statuses(*(ask(person, model) for person in places)) == [429] * len(places)
        told = [each for each in await caps_of(people[0]) if each["id"] == cap_id]
        assert [(each["scope"], each["used"], each["left"]) for each in told] == [
            ("everyone", 7, 0)
        ]


async def test_slices_are_small_and_given_back(
    start_server: StartServer, upstream: ScriptedUpstream, share: Share
) -> None:
    amount, room = 200_000, 1_000
    server = await start_server(reap_after_seconds=1)
    id, (model,) = await share(server, upstream.url, "hold")
    of = {"target": "connection", "connection_id": id, "unit": "tokens"}
    ada, bob = await server.register(), await server.register()
    async with operators_cap(server, scope="everyone", amount=amount, **of) as cap_id:
        sending = [
            asyncio.create_task(ask(person, model, params={"max_tokens": room}))
            for person in (ada, bob)
        ]
        await upstream.received(2)
        (slice,) = await slices_of(server, cap_id)
        assert 2 * room < slice <= amount * PERCENT // 100
        upstream.release()
        assert await statuses(*sending) == [200, 200]
        # Who asks for more than a slice gets that, if there is so much.
        asked = ask(ada, model, params={"max_tokens": amount - 10_000})
        assert await statuses(asked) == [200]
        assert await statuses(ask(ada, model, params={"max_tokens": amount})) == [429]

        async def is_given_back() -> bool:
            return await slices_of(server, cap_id) == []

        await eventually(is_given_back)
        told = next(each for each in await caps_of(bob) if each["id"] == cap_id)
        assert told["used"] == 3 * USED


@pytest.mark.parametrize("amount", [1_000_000, 40_000])
async def test_what_is_refused_to_one_is_there_for_others(
    start_server: StartServer, upstream: ScriptedUpstream, share: Share, amount: int
) -> None:
    """Whether a slice is enough for many requests, or each one needs another."""
    server = await start_server()
    id, (model,) = await share(server, upstream.url, "echo")
    eve, ada = await server.register(), await server.register()
    of = {"target": "connection", "connection_id": id, "unit": "tokens"}
    async with operators_cap(server, scope="everyone", amount=amount, **of):
        for _ in range(4):
            too_much = {"max_tokens": amount + 1}
            assert_refused(await ask(eve, model, params=too_much), 429, "cap_reached")
            assert (await ask(ada, model)).status_code == 200


async def test_all_together_go_no_further_than_what_is_held_back(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str, share: Share
) -> None:
    """Twenty users at two processes, each of whose requests may have a tenth of a cap."""
    server = await start_server()
    id, (model,) = await share(server, upstream.url, "hold")
    of = {"target": "connection", "connection_id": id, "unit": "tokens"}
    people = [await server.register() for _ in range(20)]
    room = {"max_tokens": 900}  # and less than a hundred for the prompt
    async with (
        operators_cap(server, scope="everyone", amount=10_000, **of),
        server_process(database_url) as process,
    ):
        places = [process.seen_by(p) if n % 2 else p for n, p in enumerate(people)]
        sending = [asyncio.create_task(ask(person, model, params=room)) for person in places]
        refused: list[Any] = []
        begun = set(sending)
        while len(refused) < 9:
            done, begun = await asyncio.wait(begun, return_when=asyncio.FIRST_COMPLETED)
            refused += [task.result() for task in done]
        assert {answer.status_code for answer in refused} == {429}
        await upstream.received(10)
        upstream.release()
        ended = await asyncio.gather(*begun)
    passed = [answer for answer in ended if answer.status_code == 200]
    assert len(upstream.replies) == len(passed) in (10, 11)


async def test_a_killed_process_leaves_nothing_held_back(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str, share: Share
) -> None:
    server = await start_server(reap_after_seconds=1)
    id, (model,) = await share(server, upstream.url, "hold")
    ada = await server.register()
    await set_caps(ada, cap(10_000, "tokens"))
    of = {"target": "connection", "connection_id": id, "unit": "tokens"}
    room = {"max_tokens": 8_000}
    async with operators_cap(server, scope="everyone", amount=10_000, **of) as cap_id:
        async with server_process(database_url, **LEASE) as process:
            dying = asyncio.create_task(ask(process.seen_by(ada), model, params=room))
            await upstream.received(1)
            assert_refused(await ask(ada, model, params=room), 429, "cap_reached")
            assert sum(await slices_of(server, cap_id)) > 8_000
            process.kill(signal.SIGKILL)
            await process.exited()
        with pytest.raises(httpx2.TransportError):
            await dying

        async def is_free() -> bool:
            used = [each["used"] for each in await caps_of(ada) if each["id"]]
            return bool(max(used) < 1_000)

        await eventually(is_free)
        upstream.release()

        async def passes() -> bool:
            return bool((await ask(ada, model, params=room)).status_code == 200)

        await eventually(passes)


async def test_a_cap_can_be_removed_and_changed_while_it_is_held(
    start_server: StartServer, upstream: ScriptedUpstream, share: Share
) -> None:
    server = await start_server()
    id, (model,) = await share(server, upstream.url, "echo")
    ada = await server.register()
    of = {"target": "model", "model_id": model, "unit": "messages"}
    async with operators_cap(server, scope="everyone", amount=1, **of):
        assert [(await ask(ada, model)).status_code for _ in range(2)] == [200, 429]
    assert (await ask(ada, model)).status_code == 200
    async with operators_cap(server, scope="everyone", amount=4, **of):
        assert [(await ask(ada, model)).status_code for _ in range(3)] == [200, 200, 429]
