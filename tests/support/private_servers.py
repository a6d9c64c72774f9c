"""Database servers of the tests' own: a free port, a data folder that goes away, ended by pid.

A fresh data folder is a copy of an initialised empty one, which is kept in `.cache`.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pymysql
from sqlalchemy.engine import URL

from tests.support.patience import PATIENCE_SECONDS

CACHE = Path(__file__).parents[2] / ".cache"
MYSQL = CACHE / "mysql"
INITIALISE_SECONDS = 120

# A server whose clock is not set to UTC shows at once which code leans on it.
COMMON = ["--default-time-zone=+08:00", "--bind-address=127.0.0.1", "--skip-log-bin"]
SMALL = ["--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=2"]
# What is written is safe from a kill of the server without that, and no test cuts the power.
UNSYNCED = ["--loose-innodb-flush-method=nosync", "--loose-debug-no-sync", "--sync-binlog=0"]
# Many databases are made, and go again: without files for each table that is half the work.
TOGETHER = ["--innodb-file-per-table=OFF"]


@dataclass(frozen=True)
class Programs:
    """How one kind of server is initialised and run."""

    name: str
    server: list[str]
    initialise: list[str]
    user: str = ""
    """Who runs it, and has its files; empty: who runs the tests."""

    def with_options(self, *options: str, from_birth: Sequence[str] = ()) -> "Programs":
        """The same with more options; those `from_birth` hold for its empty data folder, too."""
        name = "-".join([self.name, *(option.strip("-") for option in from_birth)])
        server = [*self.server, *from_birth, *options]
        return replace(self, name=name, server=server, initialise=[*self.initialise, *from_birth])

    def run_by(self, user: str) -> "Programs":
        """The same as another user, which only root can have (by setpriv)."""
        return replace(self, user=user)

    @property
    def version(self) -> str:
        """Such as `9.7.4-2`: the word after `Ver` in what the server says of itself."""
        words = subprocess.check_output([*self.server, "--version"], text=True).split()
        return words[words.index("Ver") + 1]


def mysql() -> Programs | None:
    """MySQL as `scripts/get-mysql.sh .cache/mysql` unpacked it, else None."""
    program = MYSQL / "bin" / "mysqld"
    if not program.exists():
        return None
    usr = MYSQL / "root" / "usr"
    server = [
        *(str(program), "--no-defaults", f"--basedir={usr}", "--mysqlx=OFF"),
        *("--secure-file-priv=NULL", f"--lc-messages-dir={usr / 'share/mysql'}"),
        *(f"--character-sets-dir={usr / 'share/mysql/charsets'}",),
        *(f"--plugin-dir={usr / 'lib/mysql/plugin'}", *_as_root()),
        *(*COMMON, *SMALL, "--performance-schema=OFF", "--innodb-redo-log-capacity=16M"),
    ]
    return Programs("mysql", server, [*server, "--initialize-insecure"])


def mariadb() -> Programs | None:
    """MariaDB from the system's own programs, else None."""
    server, initialise = _program("mariadbd"), _program("mariadb-install-db")
    if server is None or initialise is None:
        return None
    small = "--innodb-log-file-size=16M"
    plain = ["--auth-root-authentication-method=normal", "--skip-test-db", small]
    return Programs(
        "mariadb",
        [server, "--no-defaults", *_as_root(), *COMMON, *SMALL, small],
        [initialise, "--no-defaults", *_as_root(), *plain],
    )


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _as_root() -> list[str]:
    """A server started by root refuses to run unless it is told so."""
    return ["--user=root"] if os.geteuid() == 0 else []


@contextmanager
def running(programs: Programs, syncs: bool = False) -> Iterator[URL]:
    """A server of our own with no databases; its address, which `root` opens without a password.

    Where it `syncs`, it waits for the disk as it does elsewhere.
    """
    # A socket's path has at most 104 bytes on some systems, so not below a long TMPDIR.
    with tempfile.TemporaryDirectory(prefix=f"{programs.name}-", dir="/tmp") as folder:
        data = Path(folder) / "data"
        shutil.copytree(_template(programs, Path(folder)), data)
        (data / "auto.cnf").unlink(missing_ok=True)  # MySQL's name of a server is nobody else's
        if programs.user:
            _hand_over(Path(folder), programs.user)
        port = free_port()
        address = [f"--datadir={data}", f"--port={port}", f"--socket={folder}/socket"]
        address += [f"--pid-file={folder}/pid", f"--tmpdir={folder}"]
        command = [*programs.server, *address, *([] if syncs else UNSYNCED), *TOGETHER]
        with (Path(folder) / "log").open("w+b") as log:
            process = subprocess.Popen(
                [*_ends_with_us(programs.user), *command],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                url = URL.create("mysql+pymysql", "root", host="127.0.0.1", port=port)
                _wait_until_ready(url, process, Path(log.name))
                yield url
            finally:
                process.kill()  # its data goes, so it has nothing to tidy
                process.wait()


def _template(programs: Programs, folder: Path) -> Path:
    """An initialised empty data folder for this version and user, kept where `.cache` allows."""
    if not os.access(CACHE if CACHE.exists() else CACHE.parent, os.W_OK):
        return _initialised(programs, folder)
    kept = CACHE / f"{programs.name}-data-{programs.version}-{os.geteuid()}"
    if not kept.exists():
        CACHE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as draft:
            data = _initialised(programs, Path(draft))
            with suppress(OSError):  # another run of the tests was first; its folder is as good
                data.rename(kept)
    return kept


def _initialised(programs: Programs, folder: Path) -> Path:
    data = folder / "empty"
    command = [*programs.initialise, f"--datadir={data}"]
    subprocess.run(command, check=True, timeout=INITIALISE_SECONDS)
    return data


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _hand_over(folder: Path, user: str) -> None:
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user)


def _ends_with_us(user: str) -> list[str]:
    """Where the system can do it, a killed test run takes its server along.

    A change of user would undo that, so it comes first.
    """
    setpriv = shutil.which("setpriv")
    become = [f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
    return [setpriv, *become, "--pdeathsig", "TERM"] if setpriv else []


def _wait_until_ready(url: URL, process: subprocess.Popen[bytes], log: Path) -> None:
    """Raises RuntimeError with the server's own last words when it ends or takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            pymysql.connect(host=url.host, port=url.port or 0, user=url.username).close()
            return
        except pymysql.err.OperationalError:
            time.sleep(0.05)
    raise RuntimeError(f"The server did not start:\n{log.read_text()[-2000:]}")
