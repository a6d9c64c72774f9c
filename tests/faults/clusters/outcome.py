"""What came of the traffic of an app while something was done to its cluster."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.clusters.cluster import Cluster, account_at
from tests.faults.traffic import SETTINGS, Traffic, traffic_during
from tests.support.server import RunningServer, running_server
from tests.support.upstream import ScriptedUpstream

REPLIES = 20
WORDS = 300


@dataclass(frozen=True)
class Outcome:
    """The traffic, how many replies are whole, and how often each text is stored."""

    traffic: Traffic
    whole: int
    stored: Counter[str]

    @property
    def lost(self) -> int:
        """How many acknowledged messages are not stored."""
        return (Counter(self.traffic.acknowledged) - self.stored).total()

    @property
    def doubled(self) -> int:
        """How many messages are stored more than once."""
        return (self.stored - Counter(list(self.stored))).total()

    def __str__(self) -> str:
        return (
            f"{self.whole} of {REPLIES}, {self.lost} of {len(self.traffic.acknowledged)}; "
            f"no writes for {self.traffic.away_seconds:.1f} s"
        )


async def outcome_of(
    harm: Callable[[], Awaitable[None]],
    cluster: Cluster,
    upstream: ScriptedUpstream,
    folder: Path,
) -> Outcome:
    """Use the cluster by its one address while `harm` is done."""
    url = account_at(cluster.address)
    async with running_server(database_url=url, data_dir=folder, **SETTINGS) as server:
        return await outcome_at(harm, cluster, upstream, [server])


async def outcome_at(
    harm: Callable[[], Awaitable[None]],
    cluster: Cluster,
    upstream: ScriptedUpstream,
    servers: Sequence[RunningServer],
    words: int = WORDS,
) -> Outcome:
    """The same with servers that run already."""
    before = await asyncio.to_thread(cluster.last_message)
    traffic = await traffic_during(harm, servers, upstream, REPLIES, words)
    whole = await traffic.whole()
    stored = await asyncio.to_thread(cluster.stored_texts, before)
    return Outcome(traffic, whole, Counter(stored))
