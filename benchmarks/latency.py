"""How long the first token takes, and how late the others are, alone and in company."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from benchmarks.client import ChatSocket, open_sockets
from benchmarks.figures import at_most, median, percentile
from benchmarks.flow import ends, paced, quiet
from benchmarks.lab import INTERVAL_SECONDS, Lab
from benchmarks.servers import Server
from benchmarks.upstream import Script

FEW_STREAMS = 10
LOGIN_SECONDS = 4
FIRST_MS = {"SQLite": 2.0, "MySQL": 4.0}
"""On a machine where the relay's token costs at most 20 µs; elsewhere in proportion."""


async def first_tokens(lab: Lab) -> None:
    """From sending a message to its first token, which the upstream sends without delay."""
    for name in lab.databases:
        async with lab.chat_server(name) as server:
            alone = await _alone(lab, server)
            target = at_most(FIRST_MS[name])
            lab.note(f"first token, 1 chat: {name}, median", median(alone), "ms added", target)
            firsts, late = await _in_company(lab, server)
        chats = f"{lab.sizes.chats} chats"
        lab.note(
            f"first token, {chats}: {name}, p99", percentile(firsts, 99), "ms added", at_most(20)
        )
        lab.note(f"lateness, {chats}: {name}, p50", percentile(late, 50), "ms", at_most(1))
        lab.note(f"lateness, {chats}: {name}, p99", percentile(late, 99), "ms", at_most(8))


async def _alone(lab: Lab, server: Server) -> list[float]:
    """Milliseconds, one message after the other."""
    lab.upstream.play(Script(tokens=5, interval_seconds=0.001))
    (socket,) = await open_sockets(server.process.port, await server.paths(1))
    await _turn(socket)  # the first one loads the SDK and connects
    firsts = [(await _turn(socket))[0] for _ in range(lab.sizes.turns)]
    socket.close()
    return firsts


async def _turn(socket: ChatSocket) -> tuple[float, list[float]]:
    """The first token's milliseconds, and how late each token was."""
    sent = socket.say()
    await socket.ended
    tokens = socket.tokens()
    return (tokens[0][0] - sent) * 1000, [(at - then) * 1000 for at, then in tokens]


async def _in_company(lab: Lab, server: Server) -> tuple[list[float], list[float]]:
    """Many chats, each reading a reply at 20 ms a token and then sending the next message."""
    lab.upstream.play(Script(lab.sizes.reply_tokens, INTERVAL_SECONDS))
    sockets = await open_sockets(server.process.port, await server.paths(lab.sizes.chats))
    chance = random.Random(1)

    async def chat(socket: ChatSocket) -> list[tuple[float, list[float]]]:
        await asyncio.sleep(chance.uniform(0, lab.sizes.reply_tokens * INTERVAL_SECONDS))
        return [await _turn(socket) for _ in range(lab.sizes.chat_turns)]

    with quiet():
        turns = sum(await asyncio.gather(*map(chat, sockets)), [])
    await ends(sockets)
    for socket in sockets:
        socket.close()
    return [first for first, _ in turns], [late for _, times in turns for late in times]


async def login_storm(lab: Lab) -> None:
    """Lateness of a few streams while others log in again and again, bcrypt at its real cost."""
    streams = min(FEW_STREAMS, lab.sizes.streams)
    async with lab.chat_server(users=1, BCRYPT_ROUNDS="12") as server:
        await server.paths(streams)
        seconds = min(LOGIN_SECONDS, lab.sizes.seconds * 2)
        async with _logins(lab, server) as done:
            began = time.monotonic()
            flow = await paced(server, lab.upstream, streams, INTERVAL_SECONDS, seconds)
            rate = len(done) / (time.monotonic() - began)
    beside = f"{lab.sizes.logins} login loops"
    what = f"lateness of {streams} streams beside {beside}: SQLite, p99"
    lab.note(what, flow.late_p99, "ms", at_most(40))
    lab.note(f"logins meanwhile, {beside}", rate, "a second")


@asynccontextmanager
async def _logins(lab: Lab, server: Server) -> AsyncIterator[list[None]]:
    done: list[None] = []

    async def loop() -> None:
        while True:
            await server.log_in(server.users[0].name)
            done.append(None)

    tasks = [asyncio.create_task(loop()) for _ in range(lab.sizes.logins)]
    try:
        yield done
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
