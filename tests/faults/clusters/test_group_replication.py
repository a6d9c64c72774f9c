"""MySQL Group Replication: the primary changes by plan and by force while people use the app."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.clusters.cluster import Cluster, account_at
from tests.faults.clusters.group_replication import make_primary, running_group
from tests.faults.clusters.outcome import REPLIES, outcome_of
from tests.faults.figures import Note
from tests.faults.statements import execute
from tests.support import cli_process
from tests.support.backups import KEYS
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

NAME = "Group Replication"
SEVERAL = "SELECT group_replication_switch_to_multi_primary_mode()"


@pytest.fixture
def group() -> Iterator[Cluster]:
    with running_group() as group:
        yield group


async def test_a_planned_switchover(
    group: Cluster, upstream: ScriptedUpstream, tmp_path: Path, note: Note
) -> None:
    async def switch() -> None:
        await asyncio.to_thread(make_primary, group.nodes[1], group)
        assert await asyncio.to_thread(lambda: group.writer) == group.nodes[1]

    found = await outcome_of(switch, group, upstream, tmp_path)
    failed, sent = len(found.traffic.refused), len(found.traffic.sent)
    fault = f"planned switchover with {REPLIES} replies: sends refused, replies whole, texts lost"
    note(fault, NAME, f"0, {REPLIES}, 0", f"{failed} of {sent}, {found}")
    assert (failed, found.whole, found.lost, found.doubled) == (0, REPLIES, 0, 0)


async def test_the_primary_is_killed(
    group: Cluster, upstream: ScriptedUpstream, tmp_path: Path, note: Note
) -> None:
    async def kill() -> None:
        await group.kill(group.nodes[0])

    found = await outcome_of(kill, group, upstream, tmp_path)
    fault = f"kill -9 of the primary with {REPLIES} replies: replies whole, acknowledged lost"
    note(fault, NAME, f"{REPLIES}, 0", str(found))
    assert (found.whole, found.lost, found.doubled) == (REPLIES, 0, 0)


def test_several_primaries_are_refused(group: Cluster, tmp_path: Path) -> None:
    execute(group.writer, SEVERAL)
    url = account_at(group.nodes[1])
    ended = cli_process.run(tmp_path, "migrate", DATABASE_URL=url, **KEYS)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "run it with a single primary" in line
    assert execute(group.nodes[1], "SHOW TABLES IN chat") == []
