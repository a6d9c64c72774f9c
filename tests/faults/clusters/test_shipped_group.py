"""The shipped scripts bring three real MySQL servers together to a group, at first and after all of
them were down, and lose nothing that only one of them has."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pymysql
import pytest
from sqlalchemy.engine import URL

from tests.faults.clusters.group_replication import MYSQL, is_primary
from tests.faults.statements import execute
from tests.support import haproxy, private_servers
from tests.support.patience import PATIENCE_SECONDS

FOLDER = Path(__file__).parents[3] / "deploy" / "compose" / "mysql"
ENTRYPOINT = """
docker_process_sql() { mysql --no-defaults --host=127.0.0.1 --port="$PORT" --user=root; }
. "$1"
"""
SECRETS = {"mysql_root": "", "mysql_copy": "c0", "mysql_chat": "c1", "mysql_role": "c2"}
ONLINE = (
    "SELECT COUNT(*) FROM performance_schema.replication_group_members "
    "WHERE member_state = 'ONLINE'"
)


def options(number: int, ports: list[int]) -> list[str]:
    """What the shipped file sets, with addresses of this machine."""
    text = (FOLDER / "group.cnf").read_text()
    lines = [line for line in text.splitlines() if line and line[0] not in "#["]
    seeds = ",".join(f"127.0.0.1:{port}" for port in ports)
    here = {
        "server-id": str(number + 1),
        "report-host": "127.0.0.1",
        "loose-group-replication-local-address": f"127.0.0.1:{ports[number]}",
        "loose-group-replication-group-name": str(uuid.uuid5(uuid.NAMESPACE_URL, seeds)),
        "loose-group-replication-group-seeds": seeds,
        "loose-group-replication-ip-allowlist": "127.0.0.1/8",
        "performance-schema": "ON",
    }
    shipped = dict(line.split(" = ") for line in lines)
    return [f"--{name}={value}" for name, value in (shipped | here).items()]


class Script:
    """The scripts, run as the containers run them."""

    def __init__(self, folder: Path) -> None:
        for name, text in SECRETS.items():
            (folder / name).write_text(text)
        programs = f"{private_servers.MYSQL / 'bin'}:{os.environ['PATH']}"
        self._environment = os.environ | {"SECRETS": str(folder), "PATH": programs}

    def new_server(self, node: URL) -> None:
        script = ["bash", "-euc", ENTRYPOINT, "entrypoint", str(FOLDER / "new-server.sh")]
        port = {"PORT": str(node.port)}
        subprocess.run(script, env=self._environment | port, check=True, timeout=60)

    def bring_together(self, *nodes: URL) -> subprocess.CompletedProcess[str]:
        words = ["bash", str(FOLDER / "bring-together.sh"), *map(named, nodes)]
        return subprocess.run(
            words, env=self._environment, capture_output=True, text=True, timeout=120
        )


def named(node: URL) -> str:
    return f"{node.host}:{node.port}"


@pytest.fixture
def nodes() -> Iterator[list[URL]]:
    assert MYSQL is not None
    ports = [private_servers.free_port() for _ in range(3)]
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                private_servers.running(
                    MYSQL.with_options("--log-bin=binlog", *options(number, ports))
                )
            )
            for number in range(3)
        ]


def test_three_servers_come_together_and_again(nodes: list[URL], tmp_path: Path) -> None:
    script = Script(tmp_path)
    for node in nodes:
        script.new_server(node)
        assert execute(node, "SELECT @@GLOBAL.gtid_executed") == [("",)]
    one, other, third = nodes
    nowhere = third.set(port=private_servers.free_port())
    refused = script.bring_together(one, other, nowhere)
    assert refused.returncode == 1
    assert f"{named(nowhere)} cannot be reached" in refused.stderr

    told = script.bring_together(*nodes)
    assert told.returncode == 0, told.stderr
    assert f"{named(one)} begins the group" in told.stdout
    assert is_primary(one) and execute(third, ONLINE) == [(3,)]
    again = script.bring_together(*nodes)
    assert (again.returncode, again.stdout) == (0, f"{named(one)} takes the writes\n")

    # All go, and the first goes first: only the others know of the last row.
    execute(one, "STOP GROUP_REPLICATION")
    writer = next(node for node in (other, third) if is_primary(node))
    execute(
        writer, "CREATE TABLE chat.kept (id INT PRIMARY KEY)", "INSERT INTO chat.kept VALUES (7)"
    )
    for node in (other, third):
        execute(node, "STOP GROUP_REPLICATION")
    back = script.bring_together(*nodes)
    assert back.returncode == 0, back.stderr
    assert f"{named(one)} begins" not in back.stdout
    assert f"{named(one)} joins" in back.stdout
    assert execute(one, "SELECT id FROM chat.kept") == [(7,)]

    the_address_follows_the_writer(nodes, tmp_path)


def the_address_follows_the_writer(nodes: list[URL], folder: Path) -> None:
    """Behind the shipped HAProxy, with what tells it the roles."""
    checks = [private_servers.free_port() for _ in nodes]
    told = [f"{port}={named(node)}" for port, node in zip(checks, nodes, strict=True)]
    process = subprocess.Popen(
        [sys.executable, haproxy.SHIPPED.with_name("takes-writes.py"), *told],
        env={"PASSWORD_FILE": str(folder / "mysql_role")},
    )
    try:
        with haproxy.running(folder, [node.port or 0 for node in nodes], checks) as port:
            app = nodes[0].set(username="chat", password=SECRETS["mysql_chat"], port=port)
            before = next(node for node in nodes if is_primary(node))
            until_written(app, before)
            after = next(node for node in nodes if not is_primary(node))
            ((name,),) = execute(after, "SELECT @@server_uuid")
            execute(before, f"SELECT group_replication_set_as_primary('{name}')")
            until_written(app, after)
    finally:
        process.terminate()
        process.wait()


def until_written(app: URL, writer: URL) -> None:
    """Until a row that is written at the one address is written by this server."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with suppress(pymysql.err.MySQLError):
            if execute(app, "REPLACE INTO chat.kept VALUES (8)", "SELECT @@port") == [
                (writer.port,)
            ]:
                return
        time.sleep(0.1)
    raise AssertionError(f"{named(writer)} was not written to")
