"""What a turn costs in a long chat, all of which is sent to the model, beside a new chat."""

from contextlib import closing

from benchmarks.client import ChatSocket, open_sockets
from benchmarks.figures import at_most, median, share
from benchmarks.flow import quiet
from benchmarks.lab import Lab, rest
from benchmarks.rows import Rows
from benchmarks.servers import Server, socket_path
from benchmarks.upstream import Script

MESSAGES = 800
SAID = "Yes. And what then? Go on."
BUDGET = "16000"
LIMIT = 1.3
ROUNDS = 3


async def long_chat(lab: Lab) -> None:
    """CPU of a turn of one token, by turns with the new chat."""
    lab.upstream.play(Script(tokens=1))
    for name, started in lab.chat_servers(users=1, CONTEXT_TOKEN_BUDGET=BUDGET):
        async with started as server:
            new, long = await _sockets(server)
            await _cost(lab, server, new)
            costs = [
                (await _cost(lab, server, long), await _cost(lab, server, new))
                for _ in range(ROUNDS)
            ]
        ratio = median(share(*pair) for pair in costs)
        value = median(cost for cost, _ in costs)
        what = f"a turn in a chat of {MESSAGES} short messages: {name}"
        target = at_most(LIMIT, "ratio") if name in lab.databases else None
        lab.note(what, value, "ms CPU", target, ratio, "new chat")


async def _sockets(server: Server) -> list[ChatSocket]:
    (user,) = server.users
    paths = []
    with closing(Rows(server.database_url)) as rows:
        for count in (0, MESSAGES):
            titled = {"title": "Benchmark"}
            made = await server.request(user, "POST", "/conversations", json=titled)
            if count:
                rows.add_messages([made["id"]], count, SAID)
            paths.append(socket_path(made["id"], user))
    return await open_sockets(server.process.port, paths)


async def _cost(lab: Lab, server: Server, socket: ChatSocket) -> float:
    socket.say()
    await socket.ended
    await rest(server)
    with quiet():
        before = server.process.cpu_seconds()
        for _ in range(lab.sizes.turns):
            socket.say()
            await socket.ended
        return (server.process.cpu_seconds() - before) / lab.sizes.turns * 1000
