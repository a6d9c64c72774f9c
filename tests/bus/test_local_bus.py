"""The bus of the workers of one `serve`: several ends of it in one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.bus.base import MESSAGE_BYTES
from app.bus.frames import BrokenStream, Frames, frame
from app.bus.local import BEHIND_BYTES, LocalBus
from app.bus.none import NoBus
from app.bus.opening import open_bus
from app.config import Settings
from app.services.generation.feed.hints import Hints
from app.services.generation.feed.wire import HINTS, pack_hint
from app.utils.tasks import stop_tasks
from tests.faults.watching import eventually

pytestmark = pytest.mark.anyio


class Worker:
    """One end, and what it has heard: sender and text."""

    def __init__(self, folder: Path, index: int, count: int) -> None:
        self.bus = LocalBus(folder, index, count)
        self.heard: list[tuple[str, bytes]] = []
        self.bus.subscribe("talk", lambda sender, body: self.heard.append((sender, body)))

    async def is_healthy(self) -> bool:
        return self.bus.is_healthy


@asynccontextmanager
async def running(folder: Path, index: int, count: int) -> AsyncIterator[Worker]:
    """One worker, from its start to its end."""
    worker = Worker(folder, index, count)
    task = asyncio.create_task(worker.bus.run())
    try:
        yield worker
    finally:
        await stop_tasks(task)
        await worker.bus.close()


async def all_healthy(*workers: Worker) -> None:
    for worker in workers:
        await eventually(worker.is_healthy)


async def is_missed(worker: Worker) -> None:
    """Somebody is, by this one."""

    async def is_alone() -> bool:
        return not worker.bus.is_healthy

    await eventually(is_alone)


async def hears(worker: Worker, *expected: tuple[str, bytes]) -> None:
    async def has_heard() -> bool:
        return len(worker.heard) >= len(expected)

    await eventually(has_heard)
    assert worker.heard == list(expected)
    worker.heard.clear()


async def test_all_others_hear_what_one_says(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        a, b, c = [await stack.enter_async_context(running(folder, n, 3)) for n in range(3)]
        await all_healthy(a, b, c)
        assert a.bus.peers() == b.bus.peers() == c.bus.peers() == 3
        a.bus.publish("talk", b"one")
        a.bus.publish("nobody listens", b"")
        a.bus.publish("talk", "二".encode())
        for other in (b, c):
            await hears(other, (a.bus.name, b"one"), (a.bus.name, "二".encode()))
        assert a.heard == []


async def test_one_that_goes_is_missed_and_one_in_its_place_is_heard(folder: Path) -> None:
    async with running(folder, 0, 2) as a:
        async with running(folder, 1, 2) as before:
            await all_healthy(a, before)
        await is_missed(a)
        assert a.bus.peers() == 1
        a.bus.publish("talk", b"to nobody")
        async with running(folder, 1, 2) as after:
            await all_healthy(a, after)
            assert after.bus.name != before.bus.name
            after.bus.publish("talk", b"back")
            await hears(a, (after.bus.name, b"back"))
            a.bus.publish("talk", b"welcome")
            await hears(after, (a.bus.name, b"welcome"))


async def test_one_that_does_not_read_costs_no_more_than_a_bounded_buffer(folder: Path) -> None:
    async with running(folder, 0, 2) as a, running(folder, 1, 2) as b:
        await all_healthy(a, b)
        (incoming,) = b.bus._in
        (outgoing,) = a.bus._out.values()
        incoming.transport.pause_reading()
        for _ in range(30):
            a.bus.publish("talk", bytes(MESSAGE_BYTES))
            await asyncio.sleep(0)
        most = outgoing.get_write_buffer_size()
        assert BEHIND_BYTES < most <= 2 * BEHIND_BYTES + MESSAGE_BYTES
        await is_missed(b)  # nothing comes from the other any more, its beats neither
        incoming.transport.resume_reading()
        await all_healthy(a, b)
        b.heard.clear()
        a.bus.publish("talk", b"again")
        await hears(b, (a.bus.name, b"again"))


async def test_what_is_too_large_is_dropped_and_the_rest_goes_through(folder: Path) -> None:
    async with running(folder, 0, 2) as a, running(folder, 1, 2) as b:
        await all_healthy(a, b)
        a.bus.publish("talk", bytes(33_000_000))
        a.bus.publish("talk", bytes(MESSAGE_BYTES))
        await hears(b, (a.bus.name, bytes(MESSAGE_BYTES)))


async def test_hints_reach_one_that_has_just_come(folder: Path) -> None:
    """It listens, and its own first word is still on its way."""
    came: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await eventually(_said)
        came.set_result(await reader.readuntil(frame(HINTS, pack_hint(7))))
        writer.close()

    async def _said() -> bool:
        if not worker.bus._out:
            return False
        hints.elsewhere(7)
        return True

    async with (
        await asyncio.start_unix_server(listen, folder / "1.sock"),
        running(folder, 0, 2) as worker,
    ):
        hints = Hints(worker.bus)
        await came
        assert worker.bus.peers() == 1


async def test_whatever_fails_the_bus_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    connect = loop.create_unix_connection
    failures = [RuntimeError(), ValueError()]

    async def failing(*args: Any, **options: Any) -> Any:
        if failures:
            raise failures.pop()
        return await connect(*args, **options)

    monkeypatch.setattr(loop, "create_unix_connection", failing)
    async with running(folder, 0, 2) as a, running(folder, 1, 2) as b:
        await all_healthy(a, b)
        assert not failures
        a.bus.publish("talk", b"all the same")
        await hears(b, (a.bus.name, b"all the same"))


async def test_who_talks_nonsense_is_hung_up_on(folder: Path) -> None:
    async with running(folder, 0, 2) as a, running(folder, 1, 2) as b:
        await all_healthy(a, b)
        for said in (b"\xff" * 9, frame("talk", b"without a name")):
            reader, writer = await asyncio.open_unix_connection(str(folder / "1.sock"))
            writer.write(said)
            with pytest.raises((EOFError, ConnectionError)):
                await reader.readexactly(1)
            writer.close()
        a.bus.publish("talk", b"sense")
        await hears(b, (a.bus.name, b"sense"))


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_frames_are_found_however_they_are_cut(step: int) -> None:
    messages = [("a", b""), ("topic", b"body" * 9), ("", b"\x00")]
    data = b"".join(frame(*message) for message in messages)
    frames = Frames(100)
    found = [m for n in range(0, len(data), step) for m in frames.feed(data[n : n + step])]
    assert found == messages
    with pytest.raises(BrokenStream):
        list(frames.feed(frame("a", bytes(1000))))


async def test_one_process_has_no_bus_and_workers_have_theirs(folder: Path) -> None:
    settings = Settings(_env_file=None)

    async def identity() -> bytes:
        return b""

    variables = {"WORKERS_FOLDER": str(folder), "WORKER_INDEX": "1", "WORKER_COUNT": "2"}
    alone = open_bus(settings, {}, identity)
    assert isinstance(alone, NoBus)
    alone.publish("talk", b"")
    assert (alone.peers(), alone.is_healthy) == (1, False)
    assert isinstance(open_bus(settings, variables, identity), LocalBus)
    assert isinstance(open_bus(settings, variables | {"WORKER_COUNT": "1"}, identity), NoBus)


async def test_a_folder_that_is_not_there_is_waited_for(folder: Path) -> None:
    later = folder / "later"
    async with running(later, 0, 2) as a, running(later, 1, 2) as b:
        assert not a.bus.is_healthy
        await asyncio.to_thread(later.mkdir)
        await all_healthy(a, b)
