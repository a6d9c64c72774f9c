"""A cluster of databases behind the shipped HAProxy, with what tells it the roles, and nodes of the
app that know it by that one address."""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy.engine import URL

from tests.faults.clusters.cluster import Cluster, account_at
from tests.faults.scale import scaled
from tests.faults.statements import execute
from tests.support import haproxy
from tests.support.nginx import wait_until_open
from tests.support.private_servers import free_port
from tests.support.server_process import ServerProcess, server_process

GROUP = "Group Replication of 3, HAProxy, 2 nodes"
WORDS = scaled(150, soak=300)
PASSWORD = "secret"
LEASE = 2
NODE_SETTINGS = {"REAP_AFTER_SECONDS": str(LEASE), "MAX_REPLIES_PER_USER": "100"}
GRANTS = {
    "is_primary": ["GRANT SELECT ON performance_schema.replication_group_members TO role@'%'"]
}


@contextmanager
def behind_haproxy(
    nodes: Sequence[URL], takes_writes: Callable[[URL], bool], folder: Path
) -> Iterator[Cluster]:
    """The cluster with an empty database, at the address of the proxy."""
    grants = GRANTS.get(takes_writes.__name__, [])
    writer = next(node for node in nodes if takes_writes(node))
    execute(writer, f"CREATE USER role@'%' IDENTIFIED BY '{PASSWORD}'", *grants)
    (folder / "password").write_text(PASSWORD)
    checks = [free_port() for _ in nodes]
    told = [f"{port}={node.host}:{node.port}" for port, node in zip(checks, nodes, strict=True)]
    process = subprocess.Popen(
        [sys.executable, haproxy.SHIPPED.with_name("takes-writes.py"), *told],
        env={"PASSWORD_FILE": str(folder / "password")},
    )
    try:
        wait_until_open(checks[0], process)
        with haproxy.running(folder, [node.port or 0 for node in nodes], checks) as port:
            cluster = Cluster(nodes, nodes[0].set(port=port), takes_writes)
            cluster.prepare()
            yield cluster
    finally:
        process.terminate()
        process.wait()


@asynccontextmanager
async def nodes_at(cluster: Cluster, many: int = 2) -> AsyncIterator[list[ServerProcess]]:
    """So many processes of the app, one after the other."""
    url = account_at(cluster.address)
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(server_process(url, **NODE_SETTINGS))
            for _ in range(many)
        ]
