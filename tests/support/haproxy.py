"""The real HAProxy with the configuration that is shipped, before servers of this machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.deployed import DEPLOY
from tests.support.nginx import wait_until_open
from tests.support.private_servers import free_port

SHIPPED = DEPLOY / "haproxy" / "haproxy.cfg"
ADVICE = "install haproxy (Debian)"


def _program() -> str | None:
    return shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def missing() -> str | None:
    """What to do where it is not installed."""
    return None if _program() else f"not here; {ADVICE}"


@contextmanager
def running(folder: Path, servers: Sequence[int], checks: Sequence[int]) -> Iterator[int]:
    """HAProxy before three servers, whose roles the other ports tell; its own port.

    It looks as often and waits as long as shipped.
    """
    port, metrics = free_port(), free_port()
    text = SHIPPED.read_text()
    changes = {"bind :3306": f"bind 127.0.0.1:{port}", "bind :8405": f"bind 127.0.0.1:{metrics}"}
    changes["check addr 10.80.0.20"] = "check addr 127.0.0.1"
    for number, (server, check) in enumerate(zip(servers, checks, strict=True), 1):
        changes[f"10.80.0.2{number}:3306 port 920{number}"] = f"127.0.0.1:{server} port {check}"
    for shipped, here in changes.items():
        assert shipped in text, shipped
        text = text.replace(shipped, here)
    assert not re.search(r"\b10\.", text)
    config = folder / "haproxy.cfg"
    config.write_text(text)
    found = _program()
    assert found is not None
    with (folder / "haproxy.log").open("wb") as log:
        process = subprocess.Popen([found, "-db", "-f", config], stdout=log, stderr=log)
        try:
            wait_until_open(port, process, folder / "haproxy.log")
            yield port
        finally:
            process.terminate()
            process.wait()
