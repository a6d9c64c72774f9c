"""Many replies at once: what they cost the server, and how late their tokens are."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from benchmarks.client import ANSWER_SECONDS, ChatSocket, open_sockets
from benchmarks.figures import percentile
from benchmarks.process import wanted_seconds
from benchmarks.servers import Server
from benchmarks.upstream import Script, Upstream

WARM_UP_SECONDS = 0.5
ENDLESS = 1_000_000
"""Tokens of a reply that is cut when the measurement is over."""


@dataclass(frozen=True)
class Flow:
    """What was seen of some streams: times in ms, of the server's process the CPU seconds.

    `load` is the share of the time in which the load and the upstream used their core or waited
    for it: at 1 they, not the server, are measured.
    """

    tokens: int
    cpu_seconds: float
    seconds: float
    load: float
    lateness: list[float] = field(repr=False)
    gaps: list[float] = field(repr=False)
    errors: int = 0

    @property
    def us_per_token(self) -> float:
        return self.cpu_seconds / self.tokens * 1e6 if self.tokens else float("nan")

    @property
    def late_p99(self) -> float:
        return percentile(self.lateness, 99)

    @property
    def gap_p99(self) -> float:
        return percentile(self.gaps, 99)


async def paced(
    server: Server, upstream: Upstream, streams: int, interval_seconds: float, seconds: float
) -> Flow:
    """So many streams with a pause between tokens, watched for some seconds."""
    upstream.play(Script(ENDLESS, interval_seconds, held=True))
    async with begun(server, streams) as sockets:
        try:
            with quiet():
                upstream.release()
                await asyncio.sleep(min(WARM_UP_SECONDS, seconds))
                return await _watch(server, sockets, asyncio.sleep(seconds))
        finally:
            upstream.cut()
            await ends(sockets)


async def unpaced(server: Server, upstream: Upstream, streams: int, tokens: int) -> Flow:
    """So many streams without a pause, from their second token to the last one's end."""
    upstream.play(Script(tokens, held=True))
    async with begun(server, streams) as sockets:
        with quiet():
            upstream.release()
            return await _watch(server, sockets, ends(sockets))


@asynccontextmanager
async def begun(server: Server, streams: int) -> AsyncIterator[list[ChatSocket]]:
    """Sockets into each of which a message was sent, once every first token is there."""
    sockets = await open_sockets(server.process.port, await server.paths(streams))
    try:
        for socket in sockets:
            socket.say()
        async with asyncio.timeout(ANSWER_SECONDS):
            await asyncio.gather(*(socket.first_token for socket in sockets))
        yield sockets
    finally:
        for socket in sockets:
            socket.close()


async def ends(sockets: list[ChatSocket]) -> None:
    """Wait for the end of every reply."""
    async with asyncio.timeout(ANSWER_SECONDS):
        await asyncio.gather(*(socket.ended for socket in sockets))


@contextmanager
def quiet() -> Iterator[None]:
    """No garbage collection of ours while tokens are timed."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


async def _watch(server: Server, sockets: list[ChatSocket], work: Awaitable[None]) -> Flow:
    began, cpu, load = time.monotonic(), server.process.cpu_seconds(), wanted_seconds()
    await work
    now = time.monotonic()
    cpu, load = server.process.cpu_seconds() - cpu, wanted_seconds() - load
    lateness: list[float] = []
    gaps: list[float] = []
    errors = 0
    for socket in sockets:
        events = [(when, event) for when, event in socket.events() if began <= when <= now]
        lateness += [(at - sent) * 1000 for at, sent in socket.tokens() if began <= at <= now]
        gaps += [(after - before) * 1000 for (before, _), (after, _) in pairwise(events)]
        errors += sum(event["type"] == "error" for _, event in events)
    return Flow(len(lateness), cpu, now - began, load / (now - began), lateness, gaps, errors)
