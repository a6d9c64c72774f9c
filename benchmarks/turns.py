"""What a turn costs: a message sent, its reply begun and ended. CPU of the server's process."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from benchmarks import counted_server
from benchmarks.client import ChatSocket, open_sockets
from benchmarks.figures import Target, at_most, median, percentile, share
from benchmarks.flow import ends, quiet
from benchmarks.killed import killed_floor
from benchmarks.lab import Lab, pause, rest
from benchmarks.long_chat import long_chat
from benchmarks.servers import Server, chat_server
from benchmarks.upstream import Script

RELAY, FLOOR = "bare relay", "floor"
WARM_UP = 3
AT_ONCE_TOKENS = 5
BURSTS = 3
FLOOR_ALONE, FLOOR_AT_ONCE = 7.0, 3.5
"""How many times the relay's turn the floor may cost: above that it is no floor."""
ALONE_BESIDE_FLOOR, AT_ONCE_BESIDE_RELAY, FIRST_BESIDE_FLOOR, POSTED = 2.2, 8.0, 4.0, 1.3
STATEMENTS = {counted_server.BEGIN: 8, counted_server.END: 4}


@dataclass(frozen=True)
class Turn:
    """CPU of one turn, and from sending to the first token of each, all in ms."""

    cpu: float
    firsts: list[float]


Rounds = list[dict[str, Turn]]


async def turns(lab: Lab) -> None:
    """A turn of one token alone; many of five tokens in one moment; one asked for by HTTP. Those
    who send have five connections of 500 models each."""
    await killed_floor(lab)
    await _statements(lab)
    async with AsyncExitStack() as stack:
        running = {RELAY: await stack.enter_async_context(lab.relay())}
        running[FLOOR] = await stack.enter_async_context(lab.floor())
        for name, server in lab.chat_servers():
            running[name] = await stack.enter_async_context(server)
            await running[name].furnish(lab.upstream.url)
        alone = await _rounds(lab, running, _alone)
        what = "a turn of 1 token, alone"
        _beside_relay(lab, what, alone, {FLOOR: at_most(FLOOR_ALONE, "ratio")})
        _beside_floor(lab, what, alone)
        many = await _rounds(lab, running, _at_once)
        what = f"{lab.sizes.streams} turns of {AT_ONCE_TOKENS} tokens at once"
        targets = {name: at_most(AT_ONCE_BESIDE_RELAY, "ratio") for name in lab.databases}
        targets[FLOOR] = at_most(FLOOR_AT_ONCE, "ratio")
        _beside_relay(lab, what, many, targets)
        _firsts(lab, what, many)
        chats = {name: server for name, server in running.items() if not server.is_bare}
        _posted_beside_socket(lab, await _rounds(lab, chats, _posted), alone)
    await long_chat(lab)


async def _rounds(
    lab: Lab, running: dict[str, Server], measure: Callable[[Lab, Server], Awaitable[Turn]]
) -> Rounds:
    rounds = []
    for _ in range(lab.sizes.rounds + 1):
        found = {}
        for name, server in running.items():
            found[name] = await measure(lab, server)
            await pause()
        rounds.append(found)
    return rounds


def _ratio(rounds: Rounds, name: str, other: str) -> float:
    """The median of the ratios within the rounds."""
    return median(share(turns[name].cpu, turns[other].cpu) for turns in rounds)


def _beside_relay(lab: Lab, what: str, rounds: Rounds, targets: dict[str, Target]) -> None:
    for name in rounds[0]:
        value, ratio = median(turns[name].cpu for turns in rounds), _ratio(rounds, name, RELAY)
        lab.note(f"{what}: {name}", value, "ms CPU", targets.get(name), ratio, "relay")


def _beside_floor(lab: Lab, what: str, rounds: Rounds) -> None:
    for name in [name for name in rounds[0] if name not in (RELAY, FLOOR)]:
        target = at_most(ALONE_BESIDE_FLOOR) if name == "SQLite" else None
        ratio = _ratio(rounds, name, FLOOR)
        lab.note(f"{what}: {name} beside the floor", ratio, "×", target)


def _firsts(lab: Lab, what: str, rounds: Rounds) -> None:
    """How long first tokens take; a part of the floor's, whose machine is as busy."""
    for percent in (50, 99):
        waited = {
            name: percentile([first for turns in rounds for first in turns[name].firsts], percent)
            for name in rounds[0]
        }
        for name, value in waited.items():
            is_held = percent == 99 and name in lab.databases
            target = at_most(FIRST_BESIDE_FLOOR, "ratio") if is_held else None
            ratio = None if name in (RELAY, FLOOR) else share(value, waited[FLOOR])
            label = f"{what}, first token, p{percent}: {name}"
            lab.note(label, value, "ms", target, ratio, "floor")


def _posted_beside_socket(lab: Lab, posted: Rounds, alone: Rounds) -> None:
    for name in posted[0]:
        ratio = median(
            share(by_http[name].cpu, by_socket[name].cpu)
            for by_http, by_socket in zip(posted, alone, strict=True)
        )
        value = median(turns[name].cpu for turns in posted)
        target = at_most(POSTED, "ratio") if name in lab.databases else None
        lab.note(f"a turn by POST, alone: {name}", value, "ms CPU", target, ratio, "socket turn")


async def _statements(lab: Lab) -> None:
    """How many statements a turn's first and last transaction run, without BEGIN and COMMIT."""
    folder = lab.place()
    url = lab.fresh_database("SQLite", folder)
    module = counted_server.__name__
    async with chat_server(lab.upstream.url, url, folder, users=1, module=module) as server:
        await server.furnish(lab.upstream.url)
        await _alone(lab, server)
    for kind, found in counted_server.counts(folder).items():
        what = f"statements at a turn's {kind}: SQLite"
        lab.note(what, median(found), "", at_most(STATEMENTS[kind]))


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
