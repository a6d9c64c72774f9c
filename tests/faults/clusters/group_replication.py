"""MySQL Group Replication of three servers, single-primary, on this machine."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy.engine import URL

from tests.faults.clusters.cluster import NODES, Cluster, following
from tests.faults.statements import execute
from tests.support import private_servers

MYSQL = private_servers.mysql()
EXPEL_SECONDS = 0
ACCOUNT = [
    "SET SQL_LOG_BIN = 0",
    "CREATE USER copy@'127.0.0.1' IDENTIFIED BY 'secret'",
    "GRANT REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, GROUP_REPLICATION_STREAM "
    "ON *.* TO copy@'127.0.0.1'",
    "SET SQL_LOG_BIN = 1",
    "CHANGE REPLICATION SOURCE TO SOURCE_USER = 'copy', SOURCE_PASSWORD = 'secret' "
    "FOR CHANNEL 'group_replication_recovery'",
]
ROLE = """SELECT COUNT(*) FROM performance_schema.replication_group_members
WHERE member_id = @@server_uuid AND member_state = 'ONLINE' AND member_role = 'PRIMARY'
AND NOT @@super_read_only"""


def missing() -> str | None:
    """What is not here for a group, and what to do about it."""
    return None if MYSQL else "no MySQL; run scripts/get-mysql.sh .cache/mysql (Debian)"


def is_primary(node: URL) -> bool:
    """Whether this server is the one of the group that takes writes."""
    return execute(node, ROLE) == [(1,)]


def make_primary(node: URL, group: Cluster) -> None:
    """A planned switchover, as an operator does it."""
    ((name,),) = execute(node, "SELECT @@server_uuid")
    execute(group.writer, f"SELECT group_replication_set_as_primary('{name}')")


@contextmanager
def running_group() -> Iterator[Cluster]:
    """Three servers that have joined, behind an address that leads to the primary."""
    with joined_group() as nodes, following(nodes, is_primary) as cluster:
        yield cluster


@contextmanager
def joined_group() -> Iterator[list[URL]]:
    """Three servers that have joined, the first of them the primary."""
    ports = [private_servers.free_port() for _ in range(NODES)]
    with ExitStack() as stack:
        nodes = [
            stack.enter_context(private_servers.running(_programs(number, ports)))
            for number in range(NODES)
        ]
        for node in nodes:
            execute(node, *ACCOUNT)
        first, *others = nodes
        execute(
            first,
            "SET GLOBAL group_replication_bootstrap_group = ON",
            "START GROUP_REPLICATION",
            "SET GLOBAL group_replication_bootstrap_group = OFF",
        )
        for node in others:
            execute(node, "START GROUP_REPLICATION")
        yield nodes


def _programs(number: int, ports: list[int]) -> private_servers.Programs:
    assert MYSQL is not None
    addresses = [f"127.0.0.1:{port}" for port in ports]
    group = {
        "group-name": uuid.uuid5(uuid.NAMESPACE_URL, addresses[0]),
        "local-address": addresses[number],
        "group-seeds": ",".join(addresses),
        "start-on-boot": "OFF",
        "ip-allowlist": "127.0.0.1/8",
        "recovery-get-public-key": "ON",
        "member-expel-timeout": EXPEL_SECONDS,
    }
    return MYSQL.with_options(
        *("--log-bin=binlog", "--gtid-mode=ON", "--enforce-gtid-consistency=ON"),
        *(f"--server-id={number + 1}", "--report-host=127.0.0.1", "--performance-schema=ON"),
        "--plugin-load-add=group_replication.so",
        *(f"--loose-group-replication-{name}={value}" for name, value in group.items()),
    )
