"""The server that writes is changed while sessions stay open: nothing fails, nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL, make_url

from app.database import Database, open_database
from app.engines import retry
from app.errors import DatabaseUnavailable
from tests.faults.statements import execute
from tests.faults.traffic import SETTINGS, traffic_during
from tests.faults.watching import eventually
from tests.support import private_servers
from tests.support.backups import settings
from tests.support.database_relay import DatabaseRelay, database_relay
from tests.support.migrated import migrated_database
from tests.support.server import RunningServer, running_server
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

MYSQL = private_servers.mysql()
REPLIES = 5
DEADLOCK = "Got error 149 - 'Lock deadlock; Retry transaction' during COMMIT"
ROLLED_BACK = {
    1213: "Deadlock found when trying to get lock; try restarting transaction",
    3101: "Plugin instructed the server to rollback the current transaction.",
    1180: DEADLOCK,
    1290: "The MySQL server is running with the --super-read-only option",
    3100: "Error on observer while running replication hook 'before_commit'.",
}
OPEN = (1180, "Got error 5 - 'Input/output error' during COMMIT")
"""A node that lost the majority says so, too: the others may have the transaction."""
CHANGING = (3098, "The table does not comply with the requirements by an external plugin.")
"""Said of a table that rows of another are deleted with, for a moment before 1290."""
LOGGED = [
    *("--log-bin=binlog", "--gtid-mode=ON", "--enforce-gtid-consistency=ON"),
    "--performance-schema=ON",
]


class Pair:
    """A source, a replica that takes no writes, and the one address by which the app knows both."""

    def __init__(self, source: URL, replica: URL, relay: DatabaseRelay) -> None:
        self.source, self.replica, self.relay = source, replica, relay

    def replicate(self) -> None:
        """Have the replica follow from now on."""
        execute(
            self.source,
            "CREATE USER copy@'127.0.0.1' IDENTIFIED BY 'secret'",
            "GRANT REPLICATION SLAVE ON *.* TO copy@'127.0.0.1'",
        )
        execute(
            self.replica,
            f"CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', "
            f"SOURCE_PORT={self.source.port}, SOURCE_USER='copy', SOURCE_PASSWORD='secret', "
            "SOURCE_AUTO_POSITION=1, GET_SOURCE_PUBLIC_KEY=1",
            "START REPLICA",
            "SET GLOBAL super_read_only = ON",
        )

    def switch(self) -> None:
        """What an operator does: the source takes no writes, the replica has all of them, then."""
        execute(self.source, "SET GLOBAL super_read_only = ON")
        ((done,),) = execute(self.source, "SELECT @@global.gtid_executed")
        ((late,),) = execute(self.replica, f"SELECT WAIT_FOR_EXECUTED_GTID_SET('{done}', 20)")
        assert late == 0
        execute(self.replica, "STOP REPLICA", "SET GLOBAL super_read_only = OFF, read_only = OFF")
        self.relay.lead_to(self.replica)


@pytest.fixture
def pair() -> Iterator[Pair]:
    assert MYSQL is not None
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                private_servers.running(MYSQL.with_options(*LOGGED, f"--server-id={number}"))
            )
            for number in (1, 2)
        ]
        relay = stack.enter_context(database_relay(servers[0]))
        pair = Pair(servers[0], servers[1], relay)
        pair.replicate()
        yield pair


@pytest.fixture
def app_url(pair: Pair) -> str:
    """By an account that is bound by `super_read_only`."""
    execute(
        pair.source,
        "CREATE DATABASE chat CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
        "CREATE USER app@'127.0.0.1' IDENTIFIED BY 'secret'",
        "GRANT ALL ON chat.* TO app@'127.0.0.1'",
    )
    own = pair.relay.url.set(username="app", password="secret", database="chat")
    return own.render_as_string(hide_password=False)


async def test_a_planned_switchover(
    pair: Pair, app_url: str, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    async def switch() -> None:
        await asyncio.to_thread(pair.switch)

    async with running_server(database_url=app_url, data_dir=tmp_path, **SETTINGS) as server:
        traffic = await traffic_during(switch, [server], upstream, REPLIES, words=100)
        assert await traffic.whole() == REPLIES
        history = await traffic.sender.messages(traffic.conversation)
    assert traffic.refused == {}
    assert {reply["status"] for reply in history[1::2]} == {"complete"}
    query = "SELECT content FROM chat.message WHERE sender = 'user'"
    stored = await asyncio.to_thread(execute, pair.replica, query)
    assert sorted(text for (text,) in stored) == sorted(traffic.acknowledged)


@pytest.fixture(scope="module")
def plain() -> Iterator[URL]:
    assert MYSQL is not None
    with private_servers.running(MYSQL) as url:
        yield url


@pytest.fixture
def through(plain: URL, tmp_path: Path) -> Iterator[tuple[DatabaseRelay, str]]:
    """A relay to an empty database, and the URL by way of it."""
    with migrated_database(plain, tmp_path) as url, database_relay(make_url(url)) as relay:
        yield relay, relay.url.render_as_string(hide_password=False)


@pytest.fixture
async def server(
    through: tuple[DatabaseRelay, str], tmp_path: Path
) -> AsyncIterator[RunningServer]:
    async with running_server(database_url=through[1], data_dir=tmp_path) as running:
        yield running


@pytest.mark.parametrize("code", ROLLED_BACK)
async def test_a_commit_that_was_rolled_back_is_tried_again(
    through: tuple[DatabaseRelay, str], server: RunningServer, upstream: ScriptedUpstream, code: int
) -> None:
    relay, _ = through
    ada = await server.person_with_model(upstream.url, "echo")
    conversation = await ada.conversation()
    for _ in range(3):
        relay.refuse("COMMIT", code, ROLLED_BACK[code])
    said = await ada.say(conversation, "once")
    assert (said.status_code, said.json()["reply"]["status"]) == (200, "complete")
    history = await ada.messages(conversation)
    assert [m["content"] for m in history] == ["once", "You said: once"]

    async def all_met() -> bool:
        return relay.refusals_left == 0

    await eventually(all_met)


async def test_a_write_that_meets_a_change_of_the_primary_is_tried_again(
    through: tuple[DatabaseRelay, str], server: RunningServer, upstream: ScriptedUpstream
) -> None:
    relay, _ = through
    ada = await server.person_with_model(upstream.url, "echo")
    conversation = await ada.conversation()
    for _ in range(3):
        relay.refuse("INSERT INTO message", *CHANGING)
    assert (await ada.say(conversation, "once")).status_code == 200
    history = await ada.messages(conversation)
    assert [m["content"] for m in history] == ["once", "You said: once"]
    assert relay.refusals_left == 0


def add(connection: Connection) -> None:
    connection.execute(text("INSERT INTO counted VALUES (NULL)"))


def count(connection: Connection) -> int:
    return int(connection.execute(text("SELECT COUNT(*) FROM counted")).scalar_one())


@pytest.fixture
async def database(through: tuple[DatabaseRelay, str]) -> AsyncIterator[Database]:
    database = await asyncio.to_thread(open_database, settings(through[1]))
    await database.write(
        lambda c: c.execute(text("CREATE TABLE counted (id INT AUTO_INCREMENT PRIMARY KEY)"))
    )
    yield database
    await database.close()


async def test_a_commit_of_open_outcome_is_not_tried_again(
    through: tuple[DatabaseRelay, str], database: Database
) -> None:
    relay, _ = through
    relay.refuse("COMMIT", *OPEN)
    with pytest.raises(DatabaseUnavailable):
        await database.write(add)
    assert await database.read(count) == 0


async def test_a_conflict_without_end_is_told(
    through: tuple[DatabaseRelay, str], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "PATIENCE_SECONDS", 0.5)
    relay, _ = through
    for _ in range(100):
        relay.refuse("COMMIT", 1213, ROLLED_BACK[1213])
    with pytest.raises(DatabaseUnavailable):
        await database.write(add)
    assert 80 < relay.refusals_left < 97  # tried for a while, with pauses that grow
