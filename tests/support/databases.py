"""The databases that the tests run on: SQLite always, real MySQL and MariaDB where they can be had.

`TEST_DATABASES=sqlite,mysql` chooses; `TEST_MYSQL_URL` and `TEST_MARIADB_URL` name servers that
already run, as an account that may create databases. Where `CI` is set, a missing one is a failure.
"""

import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pymysql
import pytest
from sqlalchemy.engine import URL, make_url

from tests.support import private_servers
from tests.support.patience import PATIENCE_SECONDS

MARIADB_SERVICE = URL.create("mysql+pymysql", "root", host="127.0.0.1", port=3306)
COLLATION = "utf8mb4_unicode_ci"
ADVICE = {
    "mysql": "run scripts/get-mysql.sh .cache/mysql (Debian), or set TEST_MYSQL_URL",
    "mariadb": "install MariaDB (Debian: mariadb-server-core), or set TEST_MARIADB_URL",
}
Server = Callable[[], AbstractContextManager[URL]]


@dataclass(frozen=True)
class Backend:
    """One kind of database. `server` starts it, or finds it, and yields its address."""

    name: str
    server: Server

    def __str__(self) -> str:
        return self.name


def wanted() -> list[str]:
    """The names that this run asks for, SQLite first."""
    names = os.environ.get("TEST_DATABASES", "sqlite,mysql,mariadb").split(",")
    known = ["sqlite", *ADVICE]
    if unknown := {name.strip() for name in names} - {*known, ""}:
        raise pytest.UsageError(f"TEST_DATABASES: unknown {sorted(unknown)}, known {known}")
    return [name for name in known if name in {"sqlite", *map(str.strip, names)}]


def available() -> list[Backend]:
    """Those of the wanted ones that can be had here, nothing started yet. Made for `params=`."""
    found = [(name, _server(name)) for name in wanted()]
    return [Backend(name, server) for name, server in found if server is not None]


def missing() -> dict[str, str]:
    """The wanted ones that cannot be had, each with what to do about it."""
    here = {backend.name for backend in available()}
    return {name: ADVICE[name] for name in wanted() if name not in here}


@contextmanager
def fresh_database(server: URL, folder: Path) -> Iterator[str]:
    """The URL of an empty database, dropped at the end; for SQLite a file in `folder`."""
    if server.get_backend_name() == "sqlite":
        yield str(server.set(database=str(folder / f"{secrets.token_hex(8)}.db")))
        return
    name = f"test_{secrets.token_hex(8)}"
    _execute(server, f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE {COLLATION}")
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _execute(server, f"DROP DATABASE {name}")


def _server(name: str) -> Server | None:
    if name == "sqlite":
        return lambda: nullcontext(URL.create("sqlite"))
    if given := os.environ.get(f"TEST_{name.upper()}_URL"):
        return lambda: nullcontext(make_url(given))
    programs = private_servers.mysql() if name == "mysql" else private_servers.mariadb()
    if programs is not None:
        return lambda: private_servers.running(programs)
    if name == "mariadb" and _mariadb_service_runs():
        return lambda: nullcontext(MARIADB_SERVICE)
    return None


def _mariadb_service_runs() -> bool:
    try:
        return "MariaDB" in _execute(MARIADB_SERVICE, "SELECT VERSION()")
    except pymysql.err.OperationalError:
        return False


def _execute(server: URL, statement: str) -> str:
    """Run one statement; the first column of the first row, as text."""
    # What somebody left open holds a DROP up; nobody waits for it for ever.
    wait = f"SET SESSION lock_wait_timeout = {int(PATIENCE_SECONDS)}"
    connection = pymysql.connect(
        init_command=wait,
        host=server.host,
        port=server.port or 3306,
        user=server.username,
        password=str(server.password or ""),
        connect_timeout=10,
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def _backends(item: pytest.Item) -> list[Backend]:
    callspec = getattr(item, "callspec", None)
    values = callspec.params.values() if callspec else ()
    return [value for value in values if isinstance(value, Backend)]


def _is_wanted(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("databases")
    return marker is None or all(backend.name in marker.args for backend in _backends(item))


class Report:
    """A pytest plugin: how many tests ran on which database, and which database was missing.

    A test counts for a backend when one of its parameters is that `Backend`. The marker `databases`
    leaves out those on which a test shows nothing new.
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "databases(*names): run on these databases only")

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        left_out = [item for item in items if not _is_wanted(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _is_wanted(item)]
        for item in items:
            names = [backend.name for backend in _backends(item)]
            item.user_properties += [("database", name) for name in names]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            for key, value in report.user_properties:
                if key == "database":
                    self.counts[str(value), report.outcome] += 1

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if missing() and os.environ.get("CI") and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("databases")
        for line in summary_lines(self.counts):
            terminalreporter.write_line(line)


def summary_lines(counts: Counter[tuple[str, str]]) -> list[str]:
    """Counts of (backend, outcome) in one line, then a line for each missing backend."""
    names = dict.fromkeys(
        name for name, _ in sorted(counts, key=lambda key: wanted().index(key[0]))
    )
    parts = []
    for name in names:
        outcomes = sorted((outcome, n) for (of, outcome), n in counts.items() if of == name)
        parts.append(f"{name} " + ", ".join(f"{n} {outcome}" for outcome, n in outcomes))
    word = "FAILED" if os.environ.get("CI") else "skipped"
    lines = [f"{name} {word}: not here; {advice}" for name, advice in missing().items()]
    return [" · ".join(parts) or "no test used a database", *lines]
