"""CPU a token, beside the bare relay and beside the SDK's objects."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from benchmarks.figures import at_most, median, share
from benchmarks.flow import Flow, paced, unpaced
from benchmarks.lab import INTERVAL_SECONDS, Lab, pause
from benchmarks.servers import Server

RELAY, SDK = "bare relay", "SDK objects"
PACED, UNPACED = 2.1, 1.0
"""How many times the relay's token this server's may cost."""


async def cost(lab: Lab) -> None:
    """CPU a token of 100 streams, with 20 ms between tokens and without a pause."""
    async with AsyncExitStack() as stack:
        running = {RELAY: await stack.enter_async_context(lab.relay())}
        for name, server in lab.chat_servers():
            running[name] = await stack.enter_async_context(server)
        sdk = lab.chat_server(module="benchmarks.sdk_server")
        running[SDK] = await stack.enter_async_context(sdk)
        streams = lab.sizes.streams
        rounds = await _rounds(lab, running, _paced)
        _compare(lab, f"{streams} streams × 20 ms", rounds, PACED)
        _beside_sdk(lab, f"{streams} streams × 20 ms", rounds)
        rounds = await _rounds(lab, running, _unpaced)
        _compare(lab, f"{streams} streams, no pause", rounds, UNPACED)


async def _paced(lab: Lab, server: Server) -> Flow:
    sizes = lab.sizes
    return await paced(server, lab.upstream, sizes.streams, INTERVAL_SECONDS, sizes.seconds)


async def _unpaced(lab: Lab, server: Server) -> Flow:
    return await unpaced(server, lab.upstream, lab.sizes.streams, lab.sizes.burst_tokens)


async def _rounds(
    lab: Lab, running: dict[str, Server], measure: Callable[[Lab, Server], Awaitable[Flow]]
) -> list[dict[str, float]]:
    """The cost of a token at each server, all servers by turns, several times."""
    rounds = []
    for _ in range(lab.sizes.rounds):
        costs: dict[str, float] = {}
        for name, server in running.items():
            costs[name] = (await measure(lab, server)).us_per_token
            await pause()
        rounds.append(costs)
    return rounds


def _compare(lab: Lab, what: str, rounds: list[dict[str, float]], limit: float) -> None:
    """Medians; those of ratios are medians of the ratios within each round."""
    for name in rounds[0]:
        target = at_most(limit, "ratio") if name in lab.databases else None
        ratio = median(share(costs[name], costs[RELAY]) for costs in rounds)
        value = median(costs[name] for costs in rounds)
        lab.note(f"{what}: {name}", value, "µs CPU a token", target, ratio, "relay")


def _beside_sdk(lab: Lab, what: str, rounds: list[dict[str, float]]) -> None:
    part = median(share(costs["SQLite"], costs[SDK]) for costs in rounds)
    lab.note(f"{what}: SQLite beside {SDK}", part, "×", at_most(0.5))
