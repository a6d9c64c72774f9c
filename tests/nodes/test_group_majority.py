"""Group Replication without its majority for a while. Its servers may leave the group by that and
come back late, so nothing else is tried with this one."""

import asyncio
import signal

import pytest

from tests.faults.clusters.cluster import Cluster
from tests.faults.clusters.outcome import REPLIES, outcome_at
from tests.faults.database_server import DatabaseServer
from tests.faults.figures import Note
from tests.nodes.behind import GROUP as NAME
from tests.nodes.behind import LEASE, WORDS
from tests.support.server_process import ServerProcess
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


async def test_a_lost_majority_loses_nothing(
    group: Cluster, nodes: list[ServerProcess], upstream: ScriptedUpstream, note: Note
) -> None:
    """Whoever is left takes no writes, and hangs where it is asked to."""
    writer = await asyncio.to_thread(lambda: group.writer)
    others = [
        await asyncio.to_thread(DatabaseServer, node, "node")
        for node in group.nodes
        if node != writer
    ]

    bob = await nodes[1].person_with_model(upstream.url, "echo")
    conversation = await bob.conversation()

    async def lose() -> None:
        for server in others:
            await asyncio.to_thread(server.signal, signal.SIGSTOP)
        try:
            answer = await bob.say(conversation, "to nobody")
            assert answer.json()["code"] == "database_unavailable"
            await asyncio.sleep(2 * LEASE)  # nobody is dead, for nobody can give signs of life
        finally:
            for server in others:
                server.signal(signal.SIGCONT)

    found = await outcome_at(lose, group, upstream, nodes, WORDS)
    fault = f"majority away for a while with {REPLIES} replies: replies whole, texts lost"
    note(fault, NAME, f"{REPLIES}, 0", str(found))
    assert (found.whole, found.lost, found.doubled) == (REPLIES, 0, 0)
