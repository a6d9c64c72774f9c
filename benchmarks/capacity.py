"""How many streams one core carries, and whether all can begin at once."""

import sys

from benchmarks.client import open_sockets
from benchmarks.figures import at_least, at_most, share
from benchmarks.flow import ends, paced
from benchmarks.lab import INTERVAL_SECONDS, Lab, pause
from benchmarks.servers import Server
from benchmarks.upstream import Script

GAP_MS, LATE_MS = 100, 250
"""A stream counts as carried while 99 % of its gaps and of its tokens are within these."""
FINE_ENOUGH = 1.04
"""The search ends when the least that failed is so close above the most that was carried."""
BUSY = 0.9
"""The part of a core that a first guess leaves to tokens."""
UP, DOWN = 1.25, 0.88
"""A stream costs less the more there are, so the steps up are long."""
LOAD_LIMIT = 0.95
BESIDE_EARLIER = 1.3
"""How many times those that 1.0.0 carried."""
STEP_SECONDS = 3


async def capacity(lab: Lab) -> None:
    """The most streams at 20 ms that one core carries."""
    async with lab.relay() as server:
        bare = await _most(lab, server)
    lab.note("streams at 20 ms on one core: bare relay", bare, "streams", at_least(813))
    carried: dict[str, int] = {}
    for name, started in lab.chat_servers():
        async with started as server:
            most = carried[name] = await _most(lab, server)
        what = f"streams at 20 ms on one core: {name}"
        target = at_least(380) if name in lab.databases else None
        lab.note(what, most, "streams", target, share(most, bare), "relay")
    if lab.against is not None:
        revision = lab.against[0]
        for name in lab.databases:
            ratio = share(carried[name], carried[f"{name}, {revision}"])
            lab.note(f"the same: {name} beside {revision}", ratio, "×", at_least(BESIDE_EARLIER))


async def _most(lab: Lab, server: Server) -> int:
    """Guess from the cost of a few streams, then close in from both sides."""
    seconds = min(lab.sizes.seconds, 1)
    flow = await paced(server, lab.upstream, lab.sizes.streams, INTERVAL_SECONDS, seconds)
    streams = int(BUSY * 1e6 * INTERVAL_SECONDS / flow.us_per_token)
    carried, failed = 0, 0
    for _ in range(lab.sizes.capacity_steps):
        # One stall of the machine's is not the server's limit: two tries fail, or none.
        if await _carries(lab, server, streams) or await _carries(lab, server, streams):
            carried = streams
            streams = (carried + failed) // 2 if failed else int(streams * UP)
        else:
            failed = streams
            streams = (carried + failed) // 2 if carried else int(streams * DOWN)
        if carried and failed and failed / carried < FINE_ENOUGH:
            break
    return carried


async def _carries(lab: Lab, server: Server, streams: int) -> bool:
    await pause()
    seconds = min(lab.sizes.seconds, STEP_SECONDS)
    try:
        flow = await paced(server, lab.upstream, streams, INTERVAL_SECONDS, seconds)
    except TimeoutError:
        return False
    if flow.load > LOAD_LIMIT:
        sys.stderr.write(f"  at {streams} streams the load itself was at its limit\n")
    return flow.gap_p99 <= GAP_MS and flow.late_p99 <= LATE_MS and not flow.errors


async def at_once(lab: Lab) -> None:
    """Every chat sends in the same moment: all replies come, none fails."""
    for name in lab.databases:
        async with lab.chat_server(name) as server:
            lab.upstream.play(Script(tokens=25, interval_seconds=INTERVAL_SECONDS))
            paths = await server.paths(lab.sizes.streams)
            sockets = await open_sockets(server.process.port, paths)
            for socket in sockets:
                socket.say()
            await ends(sockets)
            failed = sum(socket.events()[-1][1]["type"] != "done" for socket in sockets)
            what = f"{lab.sizes.streams} chats sent at once: {name}"
            lab.note(what, failed, "errors", at_most(0))
