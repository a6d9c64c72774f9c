"""MariaDB Galera of three servers on this machine."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy.engine import URL

from tests.faults.clusters.cluster import NODES, Cluster, following
from tests.faults.statements import execute
from tests.support import private_servers

MARIADB = private_servers.mariadb()
PROVIDERS = [
    *Path("/usr/lib").glob("galera*/libgalera_smm.so"),
    *Path("/usr/lib64").glob("galera*/libgalera_smm.so"),
]
TAKES_PART = {("wsrep_cluster_status", "Primary"), ("wsrep_local_state_comment", "Synced")}
STATUS = "SHOW STATUS WHERE Variable_name IN ('wsrep_cluster_status', 'wsrep_local_state_comment')"


def missing() -> str | None:
    """What is not here for a cluster, and what to do about it."""
    if MARIADB and PROVIDERS and shutil.which("wsrep_sst_rsync") and shutil.which("rsync"):
        return None
    return "run scripts/install-clusters (Debian)"


def is_synced(node: URL) -> bool:
    """Whether this server takes part; any of those takes writes."""
    return set(execute(node, STATUS)) == TAKES_PART


@contextmanager
def running_galera() -> Iterator[Cluster]:
    """Three servers that have joined; the address leads to the first that lives."""
    with joined_galera() as nodes, following(nodes, is_synced) as cluster:
        yield cluster


@contextmanager
def joined_galera() -> Iterator[list[URL]]:
    """Three servers that have joined."""
    ports = [[private_servers.free_port() for _ in range(3)] for _ in range(NODES)]
    with ExitStack() as stack:
        yield [
            stack.enter_context(private_servers.running(_programs(number, ports)))
            for number in range(NODES)
        ]


def _programs(number: int, ports: list[list[int]]) -> private_servers.Programs:
    """`ports`: of each server those for the group, for what it missed, and for a whole copy."""
    assert MARIADB is not None
    group, missed, copy = ports[number]
    others = ",".join(f"127.0.0.1:{each[0]}" for each in ports)
    provider = {
        "gmcast.listen_addr": f"tcp://127.0.0.1:{group}",
        "ist.recv_addr": f"127.0.0.1:{missed}",
        "gcache.size": "32M",
    }
    options = {
        "provider": PROVIDERS[0],
        "cluster-address": f"gcomm://{others}",
        "node-address": f"127.0.0.1:{group}",
        "provider-options": ";".join(f"{name}={value}" for name, value in provider.items()),
        "sst-method": "rsync",
        "sst-receive-address": f"127.0.0.1:{copy}",
    }
    # rsync's daemon writes nothing as root.
    programs = MARIADB.run_by("mysql") if os.geteuid() == 0 else MARIADB
    return programs.with_options(
        *("--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--wsrep-on=ON"),
        *(f"--wsrep-{name}={value}" for name, value in options.items()),
        *(["--wsrep-new-cluster"] if number == 0 else []),
    )
