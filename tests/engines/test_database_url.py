"""One reading of `DATABASE_URL` for every driver: it works, or one plain line says why not."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from app.config import Settings
from app.database import open_database
from app.database_url import Tls, UnusableUrl, options_of, read
from app.migration import sync_engine
from tests.support import cli_process, databases, private_servers
from tests.support.certificates import LOOPBACK, self_signed
from tests.support.server import ENCRYPTION_KEY, SECRET_KEY

MYSQL = "mysql+pymysql://user:hunter2@db.example:3306/chat"
CERTIFICATE = "ssl_ca=F&ssl_verify_cert=true"
KEYS = {"SECRET_KEY": SECRET_KEY, "ENCRYPTION_KEY": ENCRYPTION_KEY}


@pytest.mark.parametrize(
    "dialect",
    [
        *("mysql", "mysql+pymysql", "mysql+asyncmy", "mysql+aiomysql", "mysql+mysqldb"),
        *("mysql+mysqlconnector", "mariadb", "mariadb+pymysql", "mariadb+asyncmy"),
    ],
)
def test_every_name_of_mysql_means_it(dialect: str) -> None:
    assert read(MYSQL.replace("mysql+pymysql", dialect)) == read(MYSQL)


@pytest.mark.parametrize("dialect", ["sqlite", "sqlite+aiosqlite", "sqlite+pysqlite"])
def test_every_name_of_sqlite_means_it(dialect: str) -> None:
    url = read(f"{dialect}:///folder/x.db")
    assert (url.drivername, url.database) == ("sqlite", "folder/x.db")


@pytest.mark.parametrize(
    ("query", "verify"),
    [
        ("", None),
        ("ssl=false", None),
        ("ssl_disabled=true", None),
        ("ssl_disabled=false", None),
        ("ssl-mode=DISABLED", None),
        ("ssl=true", "nobody"),
        ("ssl_mode=required", "nobody"),
        ("ssl-mode=REQUIRED&ssl-ca=F", "authority"),
        ("ssl_mode=VERIFY_CA", "authority"),
        ("ssl_mode=VERIFY_IDENTITY&ssl_ca=F", "name"),
        ("ssl_ca=F", "name"),
        ("ssl_ca=F&ssl_check_hostname=false", "authority"),
        (CERTIFICATE, "name"),
        (f"{CERTIFICATE}&ssl_verify_identity=true", "name"),
        (f"{CERTIFICATE}&ssl_verify_identity=false", "authority"),
        ("ssl_ca=F&ssl_verify_cert=false", "nobody"),
        ("ssl_verify_identity=true", "name"),
        ("ssl_cert=C&ssl_key=K", "nobody"),
    ],
)
def test_what_parameters_for_tls_mean(query: str, verify: str | None) -> None:
    tls = Tls.read(options_of(read(f"{MYSQL}?{query}")))
    assert (tls and tls.verify) == verify


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("sslmode=require", "unknown parameters: sslmode. Known: charset, "),
        ("ssl_mode=PREFERRED", "none of DISABLED, REQUIRED"),
        ("ssl=maybe", "neither true nor false in ssl"),
        ("ssl_disabled=true&ssl_ca=F", "one that switches it off"),
        ("ssl_mode=DISABLED&ssl=true", "one that switches it off"),
        ("charset=latin1", "charset other than utf8mb4"),
        ("autocommit=true", "may not have autocommit"),
        ("sql_mode=ANSI", "may not have sql_mode"),
        ("init_command=DROP", "may not have init_command"),
        ("connect_timeout=soon", "whole seconds in connect_timeout"),
        ("read_timeout=0", "whole seconds in read_timeout"),
        ("ssl_ca=A&ssl_ca=B", "parameter twice: ssl_ca"),
        ("pool_size=5", "unknown parameters: pool_size"),
    ],
)
def test_what_is_refused_and_why(query: str, words: str) -> None:
    with pytest.raises(UnusableUrl) as refused:
        read(f"{MYSQL}?{query}")
    assert words in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:///x.db?mode=ro", "SQLite takes no parameters here: mode"),
        ("sqlite+aiosqlite://", "SQLite needs a file"),
        ("mysql+unknown://u:hunter2@h/db", "must look like"),
        ("postgresql://u:hunter2@h/db", "must look like"),
        ("mysql://u:hunter2@h", "must look like"),
        (f"{MYSQL}?sslmode=require", "unknown parameters: sslmode"),
        (f"{MYSQL}?ssl_ca=nowhere.pem", "files for TLS that cannot be used"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "migrate", "doctor"])
def test_commands_say_it_in_a_line(url: str, words: str, command: str, tmp_path: Path) -> None:
    ended = cli_process.run(tmp_path, command, DATABASE_URL=url, **KEYS)
    output = ended.stdout + ended.stderr
    assert ended.returncode != 0
    assert words in output, output
    assert "Traceback" not in output
    assert "hunter2" not in output


PROGRAMS = [p for p in (private_servers.mysql(), private_servers.mariadb()) if p is not None]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    self_signed(path, LOOPBACK)
    return path


@pytest.fixture(scope="module", params=PROGRAMS, ids=lambda programs: programs.name)
def secure(request: pytest.FixtureRequest, certificate: Path) -> Iterator[URL]:
    """A server that takes encrypted connections only, with a certificate for 127.0.0.1."""
    files = {"ca": certificate, "cert": certificate, "key": certificate.with_suffix(".key")}
    options = [f"--ssl-{name}={path}" for name, path in files.items()]
    with private_servers.running(request.param.with_options(*options)) as url:
        yield url


@pytest.fixture
def url(secure: URL, tmp_path: Path) -> Iterator[str]:
    with databases.fresh_database(secure, tmp_path) as url:
        yield url


def cipher(connection: Connection) -> str:
    return str(connection.execute(text("SHOW STATUS LIKE 'Ssl_cipher'")).one()[1])


def ciphers(url: str) -> tuple[str, str]:
    """By the driver that blocks, and by the server's own."""
    keys: dict[str, Any] = {"secret_key": SECRET_KEY, "encryption_key": ENCRYPTION_KEY}
    settings = Settings(_env_file=None, database_url=url, **keys)
    engine = sync_engine(settings)
    with engine.connect() as connection:
        blocking = cipher(connection)
    engine.dispose()

    async def own() -> str:
        database = await asyncio.to_thread(open_database, settings)
        found = await database.read(cipher)
        await database.close()
        return found

    return blocking, asyncio.run(own())


@pytest.mark.parametrize(
    "query",
    [
        "ssl_ca={F}&ssl_verify_cert=true&ssl_verify_identity=true",
        "ssl-mode=VERIFY_CA&ssl-ca={F}",
        "ssl_mode=REQUIRED",
    ],
)
def test_both_drivers_are_encrypted(url: str, certificate: Path, query: str) -> None:
    assert all(ciphers(f"{url}?{query.format(F=certificate)}"))


def test_neither_is_unless_asked(url: str) -> None:
    assert ciphers(url) == ("", "")


def test_commands_work_over_tls(url: str, certificate: Path, tmp_path: Path) -> None:
    over = f"{url}?ssl_ca={certificate}&ssl_verify_cert=true&ssl_verify_identity=true"
    for command in ("migrate", "doctor"):
        ended = cli_process.run(tmp_path, command, DATABASE_URL=over, **KEYS)
        assert "Traceback" not in ended.stdout + ended.stderr
        assert ended.returncode in (0, 1 if command == "doctor" else 0), ended.stdout
    with cli_process.serving(tmp_path, DATABASE_URL=over, **KEYS):
        pass


def test_a_certificate_of_somebody_else_is_refused(url: str, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    self_signed(other, LOOPBACK)
    for command in ("serve", "migrate", "doctor"):
        ended = cli_process.run(tmp_path, command, DATABASE_URL=f"{url}?ssl_ca={other}", **KEYS)
        output = ended.stdout + ended.stderr
        assert ended.returncode != 0
        assert "Traceback" not in output
        assert "OperationalError" in output
