"""Two nodes on MySQL Group Replication of three: servers and nodes go while people chat.

The tests share one group, so what one of them does to it must be over when it ends; the one that
takes a server away for good is the last.
"""

import asyncio
import signal

import pytest

from tests.faults.clusters.cluster import Cluster
from tests.faults.clusters.group_replication import make_primary
from tests.faults.clusters.outcome import REPLIES, outcome_at
from tests.faults.figures import Note
from tests.faults.processes import pid_of
from tests.faults.suspended import stop_until_taken_over
from tests.faults.watching import REPLY, eventually
from tests.nodes.behind import GROUP as NAME
from tests.nodes.behind import LEASE, WORDS, nodes_at
from tests.support.patience import promised
from tests.support.server import text_of
from tests.support.server_process import ServerProcess
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

AGAIN_SECONDS = 5


async def test_a_planned_switchover(
    group: Cluster, nodes: list[ServerProcess], upstream: ScriptedUpstream, note: Note
) -> None:
    async def switch() -> None:
        await asyncio.to_thread(make_primary, group.nodes[1], group)

    found = await outcome_at(switch, group, upstream, nodes, WORDS)
    failed, sent = len(found.traffic.refused), len(found.traffic.sent)
    fault = f"planned switchover with {REPLIES} replies: sends refused, replies whole, texts lost"
    note(fault, NAME, f"0, {REPLIES}, 0", f"{failed} of {sent}, {found}")
    assert (failed, found.whole, found.lost, found.doubled) == (0, REPLIES, 0, 0)


async def test_people_of_a_killed_node_go_on_at_another(
    group: Cluster, nodes: list[ServerProcess], upstream: ScriptedUpstream, note: Note
) -> None:
    loop = asyncio.get_running_loop()
    async with nodes_at(group, 1) as (doomed,):
        ada = await doomed.person_with_model(upstream.url, "slow")
        here = nodes[0].seen_by(ada)
        conversation = await ada.conversation()
        async with ada.socket(conversation) as socket:
            await socket.send(type="message", content="词🍣 " * 500)
            seen = await socket.until("chunk")

            async def is_saved() -> bool:
                kept: str = (await here.messages(conversation))[1]["content"]
                return kept.startswith(text_of(seen))

            await eventually(is_saved)
            doomed.kill(signal.SIGKILL)
        began = loop.time()
        async with promised(AGAIN_SECONDS), here.socket(conversation, seen[-1]["id"]) as again:
            rest = [await again.receive()]
            away = loop.time() - began
        async with here.socket(conversation, seen[-1]["id"]) as again:
            rest = await again.until("error")
            ended = loop.time() - began
        assert (rest[0]["resumed"], rest[-1]["code"]) == (True, "interrupted")
        kept = (await here.messages(conversation))[1]["content"]
        assert kept == text_of(seen) + text_of(rest)
        await here.set_model(upstream.url, "echo")
        assert (await here.say(conversation, "on")).json()["reply"]["status"] == "complete"
    fault = f"node killed: its people at another, its replies interrupted (lease {LEASE} s)"
    note(fault, NAME, f"≤ {AGAIN_SECONDS} s, the lease", f"{away:.1f} s, {ended:.1f} s")


async def test_a_node_that_was_paused_goes_on_with_new_replies(
    group: Cluster, nodes: list[ServerProcess], upstream: ScriptedUpstream
) -> None:
    async with nodes_at(group, 1) as (paused,):
        ada = await paused.person_with_model(upstream.url, "slow")
        conversation = await ada.conversation()
        here = nodes[0].seen_by(ada)
        async with ada.socket(conversation) as at, here.socket(conversation) as beside:
            await at.send(type="message", content="词🍣 " * 3000)
            await beside.until("chunk")
            await stop_until_taken_over(pid_of(paused), here, conversation, LEASE)
            assert (await beside.until("error"))[-1]["code"] == "interrupted"
            kept = (await here.messages(conversation))[1]
            paused.kill(signal.SIGCONT)
            assert (await at.until("error"))[-1]["code"] == "interrupted"
            assert (await here.messages(conversation))[1] == kept
            await ada.set_model(upstream.url, "echo")
            assert text_of(await at.say("after waking")) == REPLY.format("after waking")


async def test_the_primary_is_killed(
    group: Cluster, nodes: list[ServerProcess], upstream: ScriptedUpstream, note: Note
) -> None:
    async def kill() -> None:
        await group.kill(await asyncio.to_thread(lambda: group.writer))

    found = await outcome_at(kill, group, upstream, nodes, WORDS)
    fault = f"kill -9 of the primary with {REPLIES} replies: replies whole, acknowledged lost"
    note(fault, NAME, f"{REPLIES}, 0", str(found))
    assert (found.whole, found.lost, found.doubled) == (REPLIES, 0, 0)
