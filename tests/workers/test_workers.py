"""Several workers at one address: each answers, one that dies takes nobody with it and comes back,
and the server ends as a whole."""

import asyncio
import os
import re
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.faults.processes import is_stopped
from tests.faults.watching import eventually
from tests.support.patience import promised
from tests.support.scraping import Scrape, scrape
from tests.support.server import ChatSocket, Person, http_client, text_of
from tests.support.server_process import TWO_WORKERS, ServerProcess, server_process
from tests.support.upstream import ScriptedUpstream
from tests.workers.processes import are_gone, worker_of, workers_of

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

SOCKETS = 40
"""That all of them come to one of two workers has a chance of 2 in 2 ** 40."""
EXIT_SECONDS = 10
NEVER = "3600"


@asynccontextmanager
async def two_workers(folder: Path, **settings: str) -> AsyncIterator[ServerProcess]:
    """A server of two workers that has announced its address; its output is in `folder`."""
    with (folder / "out").open("wb") as out:
        url = f"sqlite:///{folder}/chat.db"
        async with server_process(url, out, TWO_WORKERS, **settings) as process:
            await eventually(lambda: _has_said(folder, "Ready on "))
            yield process


async def _said(folder: Path, text: str) -> int:
    """How often a server has said this."""
    return (await asyncio.to_thread((folder / "out").read_text)).count(text)


async def _has_said(folder: Path, text: str) -> bool:
    return await _said(folder, text) > 0


@asynccontextmanager
async def one_socket_each(
    process: ServerProcess, person: Person
) -> AsyncIterator[dict[int, tuple[int, ChatSocket]]]:
    """By worker: a conversation, and a socket of it which that worker has."""
    found: dict[int, tuple[int, ChatSocket]] = {}
    async with AsyncExitStack() as stack:
        for _ in range(SOCKETS):
            conversation = await person.conversation()
            socket = await stack.enter_async_context(person.socket(conversation))
            port = socket.connection.local_address[1]
            found[await worker_of(process, port)] = conversation, socket
            if len(found) == 2:
                break
        yield found


async def test_one_address_for_both_and_one_is_killed(
    upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    async with two_workers(tmp_path, REAP_AFTER_SECONDS="1") as process:
        assert await _said(tmp_path, "Ready on ") == await _said(tmp_path, "one SQLite file") == 1
        ada = await process.person_with_model(upstream.url, "hold")
        before = await workers_of(process)
        async with one_socket_each(process, ada) as sockets:
            assert sockets.keys() == before and len(before) == 2
            for _, socket in sockets.values():
                await socket.send(type="message", content="one two three")
                await socket.until("chunk")
            counted = await scrape(process)
            dead, (lost, its) = sockets.popitem()
            os.kill(dead, signal.SIGKILL)
            with pytest.raises(ConnectionClosed):
                await its.until("error")
            (kept, socket) = next(iter(sockets.values()))
            async with ada.socket(lost) as viewer:  # the other's, or the new one's
                assert (await viewer.until("error"))[-1]["code"] == "interrupted"
            await eventually(lambda: _is_whole(process, before))
            upstream.release()
            assert text_of(await socket.until("done")) == " said: one two three"
        sent, reply = await ada.messages(lost)
        assert sent["content"] == "one two three"
        assert reply["status"] == ("interrupted" if reply["content"] else "failed")
        assert (await ada.messages(kept))[-1]["content"] == "You said: one two three"
        await _nothing_is_less(process, counted)
        assert await _said(tmp_path, "worker_ended") == await _said(tmp_path, "cause=SIGKILL") == 1
        assert await _said(tmp_path, "Ready on ") == 1


async def _is_whole(process: ServerProcess, before: set[int]) -> bool:
    """Whether there are two workers again, and both serve."""
    now = await workers_of(process)
    if len(now) < 2 or now == before:
        return False
    return (await scrape(process)).value("chat_workers") == 2


async def _nothing_is_less(process: ServerProcess, before: Scrape) -> None:
    """What the dead one had counted is in what they count together, and nothing is twice."""
    after = await scrape(process)
    counts = [name for name in before.names if name.endswith(("_total", "_count", "_bucket"))]
    assert len(counts) > 20
    assert [name for name in counts if after.value(name) < before.value(name)] == []
    assert before.value("chat_replies_running") == 2 and before.value("chat_sockets_open") >= 2
    assert after.value("chat_replies_total", status="complete") == 1
    assert after.value("chat_replies_lost_total", reason="reaped") == 1
    assert after.value("chat_worker_restarts_total") == 1
    assert after.value("process_start_time_seconds") == before.value("process_start_time_seconds")


async def test_what_they_count_adds_up_without_one_that_hangs(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as process:
        for _ in range(20):  # a connection each
            async with await asyncio.to_thread(http_client, process.port) as http:
                assert (await http.get("/health/ready")).status_code == 200
        answer = await process.http.get("/health/ready")
        assert await _counted(process) == (2, 21)
        port = answer.extensions["network_stream"].get_extra_info("client_addr")[1]
        teller = await worker_of(process, port)
        (other,) = await workers_of(process) - {teller}
        os.kill(other, signal.SIGSTOP)
        await eventually(lambda: asyncio.to_thread(is_stopped, other))
        assert await _counted(process) == (1, 21)
        os.kill(other, signal.SIGCONT)
        await eventually(lambda: _is_counted(process, 2, 21))


async def _counted(process: ServerProcess) -> tuple[float, float]:
    """How many workers told what they have counted, and how many requests that was."""
    seen = await scrape(process)
    ready = {"route": "/health/ready", "status": "200"}
    requests = seen.value("chat_requests_total", **ready)
    assert seen.value("chat_request_seconds_count", route="/health/ready") == requests
    return seen.value("chat_workers"), requests


async def _is_counted(process: ServerProcess, *expected: float) -> bool:
    return await _counted(process) == expected


async def test_sigterm_ends_all_also_where_each_is_told(
    upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    """As systemd does, which tells every process of a service."""
    async with two_workers(tmp_path, DRAIN_SECONDS="1") as process:
        ada = await process.person_with_model(upstream.url, "hold")
        workers = await workers_of(process)
        async with one_socket_each(process, ada) as sockets:
            for _, socket in sockets.values():
                await socket.send(type="message", content="one two")
                await socket.until("chunk")
            async with promised(EXIT_SECONDS):
                process.kill(signal.SIGTERM)
                for worker in workers:
                    os.kill(worker, signal.SIGTERM)
                for _, socket in sockets.values():
                    told = [(await socket.until("error"))[-1]["code"] for _ in range(2)]
                    assert told == ["interrupted", "server_restarting"]
                    with pytest.raises(ConnectionClosed):
                        await socket.receive()
                    assert socket.connection.close_code == 1012
                assert await process.exited() == 0
        assert await are_gone(workers)
    assert await _said(tmp_path, "Traceback") == 0
    async with two_workers(tmp_path) as process:
        ada = process.seen_by(ada)
        for conversation, _ in sockets.values():
            reply = (await ada.messages(conversation))[1]
            assert (reply["status"], reply["content"]) == ("interrupted", "You")


async def test_a_killed_server_leaves_no_worker_and_the_next_ends_its_replies_first(
    upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    async with two_workers(tmp_path, REAP_AFTER_SECONDS=NEVER) as process:
        ada = await process.person_with_model(upstream.url, "hold")
        workers = await workers_of(process)
        conversation = await ada.conversation()
        async with ada.socket(conversation) as socket:
            await socket.send(type="message", content="hello")
            await socket.until("chunk")
            process.kill(signal.SIGKILL)
            await process.exited()
            await eventually(lambda: are_gone(workers))
        assert await asyncio.to_thread(_folders)
        left = await asyncio.to_thread(_folders)
    port = {"PORT": str(process.port), "REAP_AFTER_SECONDS": NEVER}
    async with two_workers(tmp_path, **port) as process:
        # Nothing is waited for: it was so before the address was announced.
        ada = process.seen_by(ada)
        assert (await ada.messages(conversation))[1]["status"] in ("interrupted", "failed")
        assert (await scrape(process)).value("chat_replies_lost_total", reason="reaped") == 1
        assert not left & await asyncio.to_thread(_folders)


def _folders() -> set[str]:
    return {folder.name for folder in Path(tempfile.gettempdir()).glob("chat-workers-*")}


async def test_who_dies_again_and_again_waits_longer_each_time(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as process:
        known = await workers_of(process)
        victim = min(known)
        for _ in range(3):
            os.kill(victim, signal.SIGKILL)
            victim = await _new_one(process, known)
        said = await asyncio.to_thread((tmp_path / "out").read_text)
        assert re.findall(r"worker=(\d) .*again_in=(\S+)", said) == [
            (said[said.index("worker=") + 7], pause) for pause in ("0.0", "0.5", "1.0")
        ]


async def _new_one(process: ServerProcess, known: set[int]) -> int:
    async def has_come() -> bool:
        return bool(await workers_of(process) - known)

    await eventually(has_come)
    (new,) = await workers_of(process) - known
    known.add(new)
    return new
