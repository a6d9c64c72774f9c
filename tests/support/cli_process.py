"""The command line in processes of its own, as an operator runs it."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from app.config import Settings
from tests.support import forks
from tests.support.patience import PATIENCE_SECONDS

COMMAND = ["app.cli"]
BARE_UVICORN = ["uvicorn", "app.main:app", "--port", "0"]
"""A server without our command line."""
READY = "Ready on "


@dataclass
class Serving:
    """A running `chat-backend serve`: and its address."""

    process: "subprocess.Popen[bytes]"
    url: str
    errors: Path


def run(
    folder: Path, *arguments: str, typed: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """A command from its start to its end, in `folder`, with these settings and no others."""
    return forks.run([*COMMAND, *arguments], folder, environment(**settings), typed)


def run_bare_uvicorn(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A server without our command line that does not start, for as long as it lives."""
    return forks.run(BARE_UVICORN, folder, environment(**settings))


@contextmanager
def serving(folder: Path, *options: str, **settings: str) -> Iterator[Serving]:
    """`chat-backend serve` on a free port of the loopback, its data in `folder`."""
    out, errors = folder / "serve.out", folder / "serve.err"
    settings = {"HOST": "127.0.0.1", "DATA_DIR": str(folder / "data")} | settings
    with out.open("wb") as stdout, errors.open("wb") as stderr:
        process = forks.popen(
            [*COMMAND, "serve", "--port", "0", *options],
            folder,
            environment(**settings),
            stdout=stdout,
            stderr=stderr,
        )
    try:
        until(lambda: READY in out.read_text() or process.poll() is not None)
        assert process.poll() is None, errors.read_text()
        url = out.read_text().partition(READY)[2].split()[0]
        assert httpx2.get(f"{url}/health/ready", trust_env=False).status_code == 200
        yield Serving(process, url, errors)
    finally:
        stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a process as a service manager does, and without mercy when it does not listen."""
    process.terminate()
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def environment(**settings: str) -> dict[str, str]:
    """The environment of the tests without any setting of the app, then these."""
    names = {name.upper() for name in Settings.model_fields}
    kept = {
        key: value
        for key, value in os.environ.items()
        if key.upper() not in names and not key.upper().startswith("OIDC_")
    }
    return kept | {"PYTHONPATH": str(forks.ROOT), "COLUMNS": "200", "BCRYPT_ROUNDS": "4"} | settings


def until(is_so: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until `is_so()`; raises TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not so after {seconds} s")
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    """The process ids of a process's children that still run."""
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True)
    return [int(line) for line in listed.stdout.split()]


def is_running(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be buried does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return state.stdout.strip()[:1] not in ("", "Z")
