"""What the server costs while nobody says anything: memory, sockets, and the time to start."""

import asyncio

from benchmarks.client import open_sockets
from benchmarks.figures import at_most, median
from benchmarks.lab import Lab
from benchmarks.servers import chat_server
from benchmarks.upstream import Script

SETTLE_SECONDS = 1.0
KB = 1024
WARMED_BY = 50
"""Sockets that are opened and kept before the others, so that one-time costs are not theirs."""


async def start(lab: Lab) -> None:
    """Time and memory of a server that starts, the first time with a database to make."""
    folder = lab.place()
    url = lab.fresh_database("SQLite", folder)

    async def once() -> tuple[float, float]:
        async with chat_server(lab.upstream.url, url, folder, users=0) as server:
            await asyncio.sleep(SETTLE_SECONDS)
            return server.process.start_seconds, server.process.resident_kb() * KB / 1e6

    first, _ = await once()
    again = [await once() for _ in range(lab.sizes.rounds)]
    lab.note("start, new database: SQLite", first, "s")
    lab.note("start: SQLite", median(seconds for seconds, _ in again), "s", at_most(0.8))
    memory = median(size for _, size in again)
    lab.note("memory of an idle process: SQLite", memory, "MB", at_most(85))


async def sockets(lab: Lab) -> None:
    """Memory of open sockets that nobody uses."""
    lab.upstream.play(Script(tokens=1))
    async with lab.chat_server() as server:
        paths = await server.paths(lab.sizes.idle_sockets + WARMED_BY)
        first = await open_sockets(server.process.port, paths[:WARMED_BY])
        await asyncio.sleep(SETTLE_SECONDS)
        before = server.process.resident_kb()
        others = await open_sockets(server.process.port, paths[WARMED_BY:])
        await asyncio.sleep(SETTLE_SECONDS)
        used = server.process.resident_kb() - before
        for socket in first + others:
            socket.close()
    each = used * KB / 1000 / len(others)
    lab.note(f"an idle socket, {len(others):,} open: SQLite", each, "kB", at_most(20))
