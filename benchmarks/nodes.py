"""Replies that are written in one process and read in another, by each feed between them."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

from benchmarks.client import ANSWER_SECONDS, ChatSocket, open_sockets
from benchmarks.figures import at_most, percentile
from benchmarks.flow import ENDLESS, WARM_UP_SECONDS, quiet
from benchmarks.lab import INTERVAL_SECONDS, Lab, pause
from benchmarks.servers import Server, chat_server
from benchmarks.upstream import Script
from tests.support.redis import missing, redis_server

DATABASE, LOCAL, REDIS = "database", "workers", "Redis"
LATE_MS = {LOCAL: (20, 60), REDIS: (25, 80)}
"""At most, p50 and p99."""
FEED_US = 15
"""CPU a token at most, that a feed costs whoever writes."""


class Seen(NamedTuple):
    """Of one measurement: CPU seconds of either side, tokens, how late each was in ms."""

    writer: float
    reader: float
    tokens: int
    late: list[float]


async def nodes(lab: Lab) -> None:
    """How late text of another process is, and what either side pays for a token."""
    name = "MySQL" if "MySQL" in lab.databases else "SQLite"
    for kind in (DATABASE, LOCAL, *([] if missing() else [REDIS])):
        async with _two(lab, name, kind) as (writer, reader):
            followed = await _measured(lab, writer, reader, is_followed=True)
            await pause()
            alone = await _measured(lab, writer, reader, is_followed=False)
        _note(lab, f"text of another process, by {kind}", kind, followed, alone)


@asynccontextmanager
async def _two(lab: Lab, name: str, kind: str) -> AsyncIterator[tuple[Server, Server]]:
    async with AsyncExitStack() as stack:
        folder = lab.place()
        url = lab.fresh_database(name, folder)
        settings: dict[str, str] = {}
        if kind == LOCAL:
            workers = stack.enter_context(tempfile.TemporaryDirectory(prefix="w", dir="/tmp"))
            settings = {"WORKERS_FOLDER": workers, "WORKER_COUNT": "2", "WORKER_LIFE": "1"}
        elif kind == REDIS:
            redis = await stack.enter_async_context(redis_server())
            settings = {"REDIS_URL": redis.url()}
        both: list[Server] = []
        for users in (lab.sizes.users, 0):
            settings["WORKER_INDEX"] = str(len(both))
            server = chat_server(
                lab.upstream.url, url, lab.place(), users, "app.cli", None, **settings
            )
            both.append(await stack.enter_async_context(server))
        yield both[0], both[1]


async def _measured(lab: Lab, writer: Server, reader: Server, is_followed: bool) -> Seen:
    """Replies that run at the one, and nobody follows there."""
    paths = await writer.paths(lab.sizes.streams)
    lab.upstream.play(Script(ENDLESS, INTERVAL_SECONDS, held=True))
    followers: list[ChatSocket] = []
    if is_followed:
        followers = await open_sockets(reader.process.port, paths)
    senders = await open_sockets(writer.process.port, paths)
    for sender in senders:
        sender.say()
    await _all(*(socket.first_token for socket in (*senders, *followers)))
    for sender in senders:
        sender.close()
    try:
        with quiet():
            lab.upstream.release()
            await asyncio.sleep(min(WARM_UP_SECONDS, lab.sizes.seconds))
            return await _watched(lab, writer, reader, followers)
    finally:
        lab.upstream.cut()
        await _all(*(socket.ended for socket in followers))
        for socket in followers:
            socket.close()


async def _watched(lab: Lab, writer: Server, reader: Server, followers: list[ChatSocket]) -> Seen:
    began = asyncio.get_running_loop().time()
    cpu = writer.process.cpu_seconds(), reader.process.cpu_seconds()
    await asyncio.sleep(lab.sizes.seconds)
    now = asyncio.get_running_loop().time()
    spent = writer.process.cpu_seconds() - cpu[0], reader.process.cpu_seconds() - cpu[1]
    late = [
        (at - sent) * 1000
        for follower in followers
        for at, sent in follower.tokens()
        if began <= at <= now
    ]
    sent = round(lab.sizes.streams * (now - began) / INTERVAL_SECONDS)
    return Seen(*spent, len(late) or sent, late)


async def _all(*waited: asyncio.Future[None]) -> None:
    async with asyncio.timeout(ANSWER_SECONDS):
        await asyncio.gather(*waited)


def _note(lab: Lab, what: str, kind: str, followed: Seen, alone: Seen) -> None:
    middle, last = LATE_MS.get(kind, (None, None))
    for percent, limit in ((50, middle), (99, last)):
        late = percentile(followed.late, percent)
        target = None if limit is None else at_most(limit)
        lab.note(f"{what}: late p{percent}", late, "ms", target)
    more = (followed.writer / followed.tokens - alone.writer / alone.tokens) * 1e6
    target = None if kind == DATABASE else at_most(FEED_US)
    lab.note(f"{what}: the writer, for being followed", more, "µs CPU a token", target)
    reads = followed.reader / followed.tokens * 1e6
    lab.note(f"{what}: the reader, with its sockets", reads, "µs CPU a token")
