"""What reading costs the server, and what open sockets cost it while nobody says anything."""

import asyncio
from contextlib import AsyncExitStack, closing

from benchmarks.client import open_sockets
from benchmarks.figures import at_most, median, share
from benchmarks.lab import Lab, rest
from benchmarks.rows import Rows
from benchmarks.servers import Server
from benchmarks.upstream import Script

MESSAGES, CONVERSATIONS = 50, 20
IDLE_SECONDS = 5.0
IDLE_PERCENT, READ_RATIO = 1.0, 0.4


async def reads(lab: Lab) -> None:
    """CPU of a page of messages, and of a page of the list."""
    async with AsyncExitStack() as stack:
        running: dict[str, tuple[Server, list[str]]] = {}
        for name, started in lab.chat_servers():
            server = await stack.enter_async_context(started)
            running[name] = server, await _prepared(server)
        costs: dict[tuple[str, str], list[float]] = {}
        for _ in range(lab.sizes.rounds + 1):
            for name, (server, paths) in running.items():
                for path in paths:
                    cost = await _cost(lab, server, path)
                    costs.setdefault((path.partition("?")[2], name), []).append(cost)
    for (query, name), found in costs.items():
        what = f"{MESSAGES} messages" if query == f"limit={MESSAGES}" else "20 conversations"
        ratio = beside = target = None
        if lab.against is not None and name in lab.databases:
            beside = lab.against[0]
            before = costs[query, f"{name}, {beside}"]
            ratio = median(share(*pair) for pair in zip(found, before, strict=True))
            target = at_most(READ_RATIO, "ratio")
        lab.note(f"GET {what}: {name}", median(found), "ms CPU", target, ratio, beside or "")


async def _prepared(server: Server) -> list[str]:
    user = server.users[0]
    made = await server.request(user, "POST", "/conversations", json={"title": "Benchmark"})
    with closing(Rows(server.database_url)) as rows:
        rows.add_messages([made["id"]], MESSAGES * 4)
        rows.add_conversations(user.id, CONVERSATIONS * 4)
    return [
        f"/conversations/{made['id']}/messages?limit={MESSAGES}",
        f"/conversations?limit={CONVERSATIONS}",
    ]


async def _cost(lab: Lab, server: Server, path: str) -> float:
    user = server.users[0]
    for _ in range(3):
        await server.request(user, "GET", path)
    before = server.process.cpu_seconds()
    for _ in range(lab.sizes.requests):
        await server.request(user, "GET", path)
    return (server.process.cpu_seconds() - before) / lab.sizes.requests * 1000


async def idle(lab: Lab) -> None:
    """The share of a core that open sockets take while nobody says anything."""
    lab.upstream.play(Script(tokens=1))
    for name, started in lab.chat_servers():
        async with started as server:
            paths = await server.paths(lab.sizes.idle_sockets)
            sockets = await open_sockets(server.process.port, paths)
            await rest(server)
            seconds = min(IDLE_SECONDS, lab.sizes.seconds * 2)
            before = server.process.cpu_seconds()
            await asyncio.sleep(seconds)
            spent = server.process.cpu_seconds() - before
            for socket in sockets:
                socket.close()
        what = f"{lab.sizes.idle_sockets:,} open sockets, nobody speaks: {name}"
        target = at_most(IDLE_PERCENT) if name == "SQLite" else None
        lab.note(what, spent / seconds * 100, "% of a core", target)
