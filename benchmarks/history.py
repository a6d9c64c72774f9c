"""What the length of a history costs those who read and go on writing it."""

import time
from collections.abc import Awaitable, Callable
from contextlib import closing

from benchmarks.client import ChatSocket, open_sockets
from benchmarks.figures import at_most, median
from benchmarks.flow import quiet
from benchmarks.lab import Lab
from benchmarks.rows import Rows
from benchmarks.servers import Server, User, chat_server, socket_path
from benchmarks.upstream import Script

FEW_MESSAGES, FEW_CONVERSATIONS = 10, 20
LIMIT = 1.2

Timed = Callable[[], Awaitable[None]]


async def histories(lab: Lab) -> None:
    """A long conversation beside a short one, a full account beside a small one."""
    for name in lab.databases:
        folder = lab.place()
        url = lab.fresh_database(name, folder)
        async with chat_server(lab.upstream.url, url, folder, users=3) as server:
            with closing(Rows(url)) as rows:
                await _conversations(lab, server, rows, name)
                await _lists(lab, server, rows, name)
                if name == "SQLite":
                    await _account(lab, server, rows, name)


async def _conversations(lab: Lab, server: Server, rows: Rows, name: str) -> None:
    long, short = await _filled(server, rows, lab.sizes.history)
    what = f"a conversation of {lab.sizes.history:,} messages, beside one of {FEW_MESSAGES}"
    await _compare_conversations(lab, server, (long, short), f"{{}} {what}: {name}")


async def _account(lab: Lab, server: Server, rows: Rows, name: str) -> None:
    """A user with very many messages, a hundred conversations of them."""
    many, few = server.users[1], server.users[2]
    each = min(lab.sizes.history, lab.sizes.account)
    ids = [await _new(server, many) for _ in range(lab.sizes.account // each)]
    rows.add_messages(ids, each)
    short = await _new(server, few)
    rows.add_messages([short], FEW_MESSAGES)
    pair = (many, ids[-1]), (few, short)
    what = f"a chat in an account of {lab.sizes.account:,} messages, beside {FEW_MESSAGES}"
    await _compare_conversations(lab, server, pair, f"{{}} {what}: {name}")


async def _filled(
    server: Server, rows: Rows, count: int
) -> tuple[tuple[User, int], tuple[User, int]]:
    user = server.users[0]
    long, short = await _new(server, user), await _new(server, user)
    rows.add_messages([long], count)
    rows.add_messages([short], FEW_MESSAGES)
    return (user, long), (user, short)


async def _new(server: Server, user: User) -> int:
    made = await server.request(user, "POST", "/conversations", json={"title": "Benchmark"})
    return int(made["id"])


async def _compare_conversations(
    lab: Lab, server: Server, pair: tuple[tuple[User, int], tuple[User, int]], what: str
) -> None:
    def opened(user: User, id: int) -> Timed:
        return lambda: server.request(user, "GET", f"/conversations/{id}/messages?limit=10")

    long, short = await _by_turns(lab, *(opened(user, id) for user, id in pair))
    _note(lab, what.format("opening"), long, short)
    lab.upstream.play(Script(tokens=1, interval_seconds=0.001))
    paths = [socket_path(id, user) for user, id in pair]
    sockets = await open_sockets(server.process.port, paths)

    def said(socket: ChatSocket) -> Timed:
        async def turn() -> None:
            socket.say()
            await socket.ended

        return turn

    long, short = await _by_turns(lab, *map(said, sockets))
    _note(lab, what.format("sending in"), long, short)
    for socket in sockets:
        socket.close()


async def _lists(lab: Lab, server: Server, rows: Rows, name: str) -> None:
    full, small = server.users[1], server.users[2]
    rows.add_conversations(full.id, lab.sizes.history)
    rows.add_conversations(small.id, FEW_CONVERSATIONS)

    def listed(user: User) -> Timed:
        return lambda: server.request(user, "GET", "/conversations?limit=20")

    long, short = await _by_turns(lab, listed(full), listed(small))
    what = f"listing 20 of {lab.sizes.history:,} conversations, beside {FEW_CONVERSATIONS}"
    _note(lab, f"{what}: {name}", long, short)


async def _by_turns(lab: Lab, first: Timed, second: Timed) -> tuple[float, float]:
    """Median milliseconds of two things that are done one after the other, many times."""
    times: tuple[list[float], list[float]] = ([], [])
    await first()
    await second()
    with quiet():
        for _ in range(lab.sizes.requests):
            for work, kept in zip((first, second), times, strict=True):
                began = time.perf_counter()
                await work()
                kept.append((time.perf_counter() - began) * 1000)
    return median(times[0]), median(times[1])


def _note(lab: Lab, what: str, long: float, short: float) -> None:
    lab.note(what, long, "ms", at_most(LIMIT, "ratio"), long / short, "short")
