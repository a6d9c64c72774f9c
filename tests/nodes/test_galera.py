"""Two nodes on MariaDB Galera of three, of which one takes the writes: it is killed."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.faults.clusters.cluster import Cluster
from tests.faults.clusters.galera import is_synced, joined_galera
from tests.faults.clusters.outcome import REPLIES, outcome_at
from tests.faults.figures import Note
from tests.nodes.behind import WORDS, behind_haproxy, nodes_at
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

NAME = "Galera of 3, HAProxy, 2 nodes"


@pytest.fixture(scope="module")
def galera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("galera")
    with joined_galera() as nodes, behind_haproxy(nodes, is_synced, folder) as cluster:
        yield cluster


async def test_the_writer_is_killed(
    galera: Cluster, upstream: ScriptedUpstream, note: Note
) -> None:
    async def kill() -> None:
        await galera.kill(await asyncio.to_thread(lambda: galera.writer))

    async with nodes_at(galera) as nodes:
        found = await outcome_at(kill, galera, upstream, nodes, WORDS)
    fault = f"kill -9 of the writer with {REPLIES} replies: replies whole, acknowledged lost"
    note(fault, NAME, f"{REPLIES}, 0", str(found))
    assert (found.whole, found.lost, found.doubled) == (REPLIES, 0, 0)
