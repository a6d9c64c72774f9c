"""The nodes on Group Replication; what is measured here stands with the other faults."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.faults.clusters.cluster import Cluster
from tests.faults.clusters.group_replication import is_primary, joined_group
from tests.faults.conftest import note
from tests.nodes.behind import behind_haproxy, nodes_at
from tests.support.server_process import ServerProcess

__all__ = ["note"]


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("group")
    with joined_group() as nodes, behind_haproxy(nodes, is_primary, folder) as cluster:
        yield cluster


@pytest.fixture(scope="module")
async def nodes(group: Cluster) -> AsyncIterator[list[ServerProcess]]:
    async with nodes_at(group) as nodes:
        yield nodes
