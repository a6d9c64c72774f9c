"""The shipped script starts Redis servers and a sentinel that find each other, by the password."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.support import deployed
from tests.support.patience import PATIENCE_SECONDS
from tests.support.private_servers import free_port

SCRIPT = deployed.DEPLOY / "compose" / "redis" / "start.sh"
PASSWORD = "c0ffee"


@contextmanager
def started(folder: Path, port: int, *words: str, master: int) -> Iterator[None]:
    folder.mkdir()
    (folder / "redis").write_text(PASSWORD)
    places = {"SECRETS": str(folder), "PLACE": str(folder)}
    ports = {"PORT": str(port), "MASTER_PORT": str(master)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["sh", SCRIPT, *words], env=os.environ | places | ports, stdout=log, stderr=log
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()


def said(port: int, *words: str, password: str = PASSWORD) -> str:
    environment = os.environ | {"REDISCLI_AUTH": password} if password else os.environ
    command = ["redis-cli", "-p", str(port), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True).stdout


def until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_they_find_each_other_by_the_password(tmp_path: Path) -> None:
    first, second, sentinel = free_port(), free_port(), free_port()
    here = "127.0.0.1"
    with ExitStack() as stack:
        for name, port in (("first", first), ("second", second)):
            # A name of a container is its own; here all have one address, so ports tell them apart.
            follows = here if name == "first" else "localhost"
            words = ("server", here, follows)
            stack.enter_context(started(tmp_path / name, port, *words, master=first))
        until(lambda: "master_link_status:up" in said(second, "info", "replication"), "no replica")
        assert "NOAUTH" in said(first, "get", "a", password="")
        words = ("sentinel", here, here)
        stack.enter_context(started(tmp_path / "sentinel", sentinel, *words, master=first))
        until(lambda: "slaves=1" in said(sentinel, "info", "sentinel"), "no replica is known")
        assert "NOAUTH" in said(sentinel, "sentinel", "masters", password="")
        assert said(sentinel, "sentinel", "get-master-addr-by-name", "chat").split() == [
            here,
            str(first),
        ]
