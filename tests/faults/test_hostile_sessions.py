"""No setting of a server or a proxy changes what is said to the database.

The server's own settings are the most awkward ones, and the account is an ordinary one.
"""

import asyncio
import itertools
import secrets
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymysql
import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, delete, insert, select
from sqlalchemy.engine import URL, make_url

from app.config import Settings
from app.database import open_database
from app.engines import mysql_session
from app.engines.failures import UnusableDatabase
from app.migration import migrate, sync_engine
from app.models.base import key_bytes
from tests.support import cli_process, databases, private_servers
from tests.support.database_relay import database_relay
from tests.support.server import ENCRYPTION_KEY, PASSWORD, SECRET_KEY, RunningServer, running_server
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

MODES = [
    "NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT",
    "NO_BACKSLASH_ESCAPES,IGNORE_SPACE,HIGH_NOT_PRECEDENCE,NO_AUTO_VALUE_ON_ZERO",
    "",
]
SESSION = (
    "SET sql_safe_updates = 1, completion_type = 'CHAIN', sql_auto_is_null = 1, "
    "sql_select_limit = 1, foreign_key_checks = 0"
)
"""What the server does to a session of an ordinary account before that says a word."""
OPTIONS = [
    *("--autocommit=0", "--character-set-server=latin1", "--collation-server=latin1_swedish_ci"),
    *(
        "--transaction-isolation=SERIALIZABLE",
        "--max-allowed-packet=1M",
        f"--init-connect={SESSION}",
    ),
]
PIECES = [
    "'",
    '"',
    "\\",
    "%",
    "%s",
    ":x",
    "\0",
    "\n",
    "\x1a",
    "`",
    "--",
    "#",
    "/*",
    "¿",
    "表",
    "🍣",
]
"""Quotes, escapes, placeholders, comments; letters whose second byte is a quote or a backslash in
other encodings."""
TEXTS = ["".join(some) for some in itertools.product(PIECES, repeat=2)]
INJECTED = "z' or id=1 and (select count(*) from user)>{}#"

SAMPLES = Table(
    "sample",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("text", Text),
    Column("bytes", key_bytes(200)),
)


def hostile(programs: private_servers.Programs) -> private_servers.Programs:
    """A server that is set up as no server of ours would be."""
    lower = "--lower-case-table-names=1"
    if programs.name == "mariadb":
        more = ["--skip-character-set-client-handshake", f"--sql-mode={MODES[0]}"]
        return programs.with_options(*OPTIONS, *more, lower)
    return programs.with_options(*OPTIONS, f"--sql-mode={MODES[0]}", from_birth=[lower])


SERVERS = [p for p in (private_servers.mysql(), private_servers.mariadb()) if p is not None]


@pytest.fixture(scope="module", params=SERVERS, ids=lambda programs: programs.name)
def root(request: pytest.FixtureRequest) -> Iterator[URL]:
    with private_servers.running(hostile(request.param)) as url:
        yield url


@pytest.fixture(scope="module")
def url(root: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database, by an account with no rights beyond it."""
    with own_database(root, tmp_path_factory.mktemp("none")) as made:
        yield made


@pytest.fixture
def unserved(root: URL, tmp_path: Path) -> Iterator[str]:
    """Another such database, that no server of this module has in hand.

    A server in this process stands still during a test that is not asynchronous, with the locks of
    whatever it was writing.
    """
    with own_database(root, tmp_path) as made:
        yield made


@contextmanager
def own_database(root: URL, folder: Path) -> Iterator[str]:
    with databases.fresh_database(root, folder) as made:
        name = make_url(made).database
        as_root(root, "CREATE USER IF NOT EXISTS app@'127.0.0.1' IDENTIFIED BY 'secret'")
        as_root(root, f"GRANT ALL ON {name}.* TO app@'127.0.0.1'")
        own = root.set(username="app", password="secret", database=name)
        yield own.render_as_string(hide_password=False)


def as_root(server: URL, statement: str) -> None:
    with (
        pymysql.connect(host=server.host, port=server.port or 0, user="root") as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
        connection.commit()


def settings_for(url: str) -> Settings:
    values: dict[str, Any] = {"secret_key": SECRET_KEY, "encryption_key": ENCRYPTION_KEY}
    return Settings(_env_file=None, database_url=url, **values)


@pytest.fixture(scope="module", params=MODES)
async def server(
    request: pytest.FixtureRequest, root: URL, url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningServer]:
    await asyncio.to_thread(as_root, root, f"SET GLOBAL sql_mode = '{request.param}'")
    folder = tmp_path_factory.mktemp("data")
    async with running_server(database_url=url, data_dir=folder) as running:
        yield running


async def log_in(server: RunningServer, name: str) -> int:
    body = {"username_or_email": name, "password": PASSWORD}
    return (await server.http.post("/auth/login", json=body)).status_code


async def test_a_login_name_is_never_a_statement(server: RunningServer) -> None:
    name = secrets.token_hex(4)
    await server.register(name)
    for count in (-1, 0, 1_000_000):
        assert await log_in(server, INJECTED.format(count)) == 401
    for text in filter(str.strip, TEXTS[::7]):  # blanks around a name are taken away
        assert await log_in(server, f"{name}{text}") in (401, 422)


async def test_every_right_login_succeeds(server: RunningServer) -> None:
    names = [f"o'brien {secrets.token_hex(4)}" for _ in range(20)]
    for name in names:
        await server.register(name)
    answers = [await log_in(server, name) for name in 3 * names]
    assert answers == [200] * 60


async def test_texts_come_back_as_they_were_sent(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "echo")
    conversation = await ada.conversation()
    for text in [" ".join(PIECES).replace("\0", ""), "\\", "it's", "\\'; DROP TABLE user; -- "]:
        prompt = {"system_prompt": text, "title": f"t {text[:20]}"}
        changed = await ada.request("PATCH", f"/conversations/{conversation}", json=prompt)
        assert changed.status_code == 200, changed.text
        said = await ada.say(conversation, text, **{"Idempotency-Key": "a'b"})
        assert said.json()["message"]["content"] == text
        conversation = await ada.conversation()
    assert len((await ada.get("/conversations")).json()["conversations"]) == 5


async def test_a_whole_life(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url, "echo")
    conversation = await ada.conversation()
    first = (await ada.say(conversation, "one")).json()["message"]["id"]
    async with ada.socket(conversation) as socket:
        await socket.send(type="edit", message_id=first, content="two")
        edited = await socket.until("done", "error")
        assert edited[-1]["type"] == "done"
        await socket.send(type="regenerate", message_id=edited[-1]["message_id"])
        again = await socket.until("done", "error")
    assert again[-1]["type"] == "done"
    assert [m["content"] for m in await ada.messages(conversation)] == ["two", "You said: two"]
    assert (await ada.request("DELETE", f"/conversations/{conversation}")).status_code == 204
    gone = await ada.request("DELETE", "/auth/me", json={"password": PASSWORD})
    assert gone.status_code == 204
    assert (await ada.get("/auth/me")).status_code == 401


def put(connection: Connection, values: list[dict[str, Any]]) -> None:
    connection.execute(delete(SAMPLES).where(SAMPLES.c.text.is_not(None)))
    connection.execute(insert(SAMPLES), values[:-1])
    connection.execute(insert(SAMPLES).values(**values[-1]))


def found(connection: Connection, text: str) -> int:
    return len(connection.execute(select(SAMPLES).where(SAMPLES.c.bytes == text.encode())).all())


def held(connection: Connection) -> list[tuple[str, bytes]]:
    rows = connection.execute(select(SAMPLES.c.text, SAMPLES.c.bytes).order_by(SAMPLES.c.id))
    return [(text, value) for text, value in rows]


@pytest.mark.parametrize("mode", MODES)
def test_texts_and_bytes_are_values_for_both_drivers(root: URL, url: str, mode: str) -> None:
    as_root(root, f"SET GLOBAL sql_mode = '{mode}'")
    values = [{"id": n + 1, "text": t, "bytes": t.encode()} for n, t in enumerate(TEXTS)]
    expected = [(text, text.encode()) for text in TEXTS]
    engine = sync_engine(settings_for(url))
    with engine.begin() as connection:
        SAMPLES.create(connection, checkfirst=True)
        put(connection, values)
        assert held(connection) == expected
    with engine.begin() as connection:
        assert {found(connection, text) for text in TEXTS} == {1}
    engine.dispose()

    async def by_the_server() -> tuple[list[tuple[str, bytes]], set[int]]:
        database = await asyncio.to_thread(open_database, settings_for(url))
        await database.write(put, values)
        rows = await database.read(held)
        counts = {await database.read(found, text) for text in TEXTS[::5]}
        await database.close()
        return rows, counts

    assert asyncio.run(by_the_server()) == (expected, {1})


def run(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    keys = {"SECRET_KEY": SECRET_KEY, "ENCRYPTION_KEY": ENCRYPTION_KEY}
    return cli_process.run(folder, *arguments, DATABASE_URL=url, **keys)


def test_an_operator_can_work(root: URL, unserved: str, tmp_path: Path) -> None:
    as_root(root, f"SET GLOBAL sql_mode = '{MODES[0]}'")
    assert run(tmp_path, unserved, "migrate").returncode == 0
    assert "max_allowed_packet=1 MiB" in run(tmp_path, unserved, "doctor").stdout
    made = run(tmp_path, unserved, "backup", "saved")
    assert made.returncode == 0, made.stderr
    back = run(tmp_path, unserved, "restore", "saved", "--replace", "--verify")
    assert back.returncode == 0, back.stderr


def test_a_setting_that_is_refused_is_named(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sql_log_bin` needs a right that the account has not."""
    wanted = {**mysql_session.VARIABLES, "sql_log_bin": 1}
    monkeypatch.setattr(mysql_session, "VARIABLES", wanted)
    with pytest.raises(UnusableDatabase, match=r"let this app set sql_log_bin .*error 1227"):
        migrate(settings_for(url))


@pytest.mark.parametrize(
    ("said", "instead", "name"),
    [
        (b"NO_ENGINE_SUBSTITUTION'", b"NO_BACKSLASH_ESCAPES'  ", "sql_mode"),
        (b"READ COMMITTED", b"SERIALIZABLE  ", "transaction_isolation"),
        (b"utf8mb4 COLLATE utf8mb4_unicode_ci", b"latin1".ljust(34), "character_set_client"),
    ],
)
def test_a_setting_that_does_not_hold_ends_the_start(
    url: str, tmp_path: Path, said: bytes, instead: bytes, name: str
) -> None:
    """A proxy that knows better stands between."""
    with database_relay(make_url(url), lambda text: text.replace(said, instead)) as relay:
        through = relay.url.render_as_string(hide_password=False)
        for command in ("serve", "migrate", "doctor"):
            ended = run(tmp_path, through, command)
            output = ended.stdout + ended.stderr
            assert ended.returncode == 1, output
            assert f"session setting {name}" in output, output
            assert "Traceback" not in output
