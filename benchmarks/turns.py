"""What a turn costs: a message sent, its reply begun and ended. CPU of the server's process."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from benchmarks.client import ChatSocket, open_sockets
from benchmarks.figures import median, percentile, share
from benchmarks.flow import ends, quiet
from benchmarks.lab import Lab, pause, rest
from benchmarks.servers import Server
from benchmarks.upstream import Script

RELAY = "bare relay"
WARM_UP = 3
AT_ONCE_TOKENS = 5
BURSTS = 3


@dataclass(frozen=True)
class Turn:
    """CPU of one turn, and from sending to the first token of each, all in ms."""

    cpu: float
    firsts: list[float]


async def turns(lab: Lab) -> None:
    """A turn of one token alone; many of five tokens in one moment; one asked for by HTTP."""
    async with AsyncExitStack() as stack:
        running = {RELAY: await stack.enter_async_context(lab.relay())}
        for name, server in lab.chat_servers():
            running[name] = await stack.enter_async_context(server)
        alone = await _rounds(lab, running, _alone)
        _compare(lab, "a turn of 1 token, alone", alone)
        many = await _rounds(lab, running, _at_once)
        what = f"{lab.sizes.streams} turns of {AT_ONCE_TOKENS} tokens at once"
        _compare(lab, what, many)
        for name in running:
            firsts = [first for turns in many for first in turns[name].firsts]
            for percent in (50, 99):
                waited = percentile(firsts, percent)
                lab.note(f"{what}, first token, p{percent}: {name}", waited, "ms")
        posted = await _rounds(lab, {n: s for n, s in running.items() if n != RELAY}, _posted)
        for name in posted[0]:
            ratio = median(
                share(by_http[name].cpu, by_socket[name].cpu)
                for by_http, by_socket in zip(posted, alone, strict=True)
            )
            value = median(turns[name].cpu for turns in posted)
            lab.note(f"a turn by POST, alone: {name}", value, "ms CPU", None, ratio, "socket turn")


async def _rounds(
    lab: Lab, running: dict[str, Server], measure: Callable[[Lab, Server], Awaitable[Turn]]
) -> list[dict[str, Turn]]:
    rounds = []
    for _ in range(lab.sizes.rounds + 1):
        found = {}
        for name, server in running.items():
            found[name] = await measure(lab, server)
            await pause()
        rounds.append(found)
    return rounds


def _compare(lab: Lab, what: str, rounds: list[dict[str, Turn]]) -> None:
    for name in rounds[0]:
        value = median(turns[name].cpu for turns in rounds)
        ratio = median(share(turns[name].cpu, turns[RELAY].cpu) for turns in rounds)
        lab.note(f"{what}: {name}", value, "ms CPU", None, ratio, "relay")


async def _alone(lab: Lab, server: Server) -> Turn:
    lab.upstream.play(Script(tokens=1))
    (socket,) = await open_sockets(server.process.port, await server.paths(1))
    for _ in range(WARM_UP):
        await _turn(socket)
    await rest(server)
    with quiet():
        before = server.process.cpu_seconds()
        firsts = [await _turn(socket) for _ in range(lab.sizes.turns)]
        spent = server.process.cpu_seconds() - before
    socket.close()
    return Turn(spent / lab.sizes.turns * 1000, firsts)


async def _turn(socket: ChatSocket) -> float:
    sent = socket.say()
    await socket.ended
    return _first(socket, sent)


def _first(socket: ChatSocket, sent: float) -> float:
    return (socket.tokens()[0][0] - sent) * 1000


async def _at_once(lab: Lab, server: Server) -> Turn:
    lab.upstream.play(Script(AT_ONCE_TOKENS))
    streams = lab.sizes.streams
    sockets = await open_sockets(server.process.port, await server.paths(streams))
    await _burst(sockets)
    await pause()
    firsts: list[float] = []
    with quiet():
        before = server.process.cpu_seconds()
        for _ in range(BURSTS):
            firsts += await _burst(sockets)
        spent = server.process.cpu_seconds() - before
    for socket in sockets:
        socket.close()
    return Turn(spent / (BURSTS * streams) * 1000, firsts)


async def _burst(sockets: list[ChatSocket]) -> list[float]:
    sent = [socket.say() for socket in sockets]
    await ends(sockets)
    return [_first(socket, at) for socket, at in zip(sockets, sent, strict=True)]


async def _posted(lab: Lab, server: Server) -> Turn:
    lab.upstream.play(Script(tokens=1))
    user = server.users[0]
    made = await server.request(user, "POST", "/conversations", json={"title": "Benchmark"})
    path = f"/conversations/{made['id']}/messages"

    async def turn() -> None:
        await server.request(user, "POST", path, json={"content": "Go on."})

    for _ in range(WARM_UP):
        await turn()
    await rest(server)
    before = server.process.cpu_seconds()
    for _ in range(lab.sizes.turns):
        await turn()
    return Turn((server.process.cpu_seconds() - before) / lab.sizes.turns * 1000, [])
