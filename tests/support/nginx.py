"""The real nginx with the configuration that is shipped, on free ports, in a folder."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.certificates import LOCALHOST, self_signed
from tests.support.patience import PATIENCE_SECONDS

SHIPPED = Path(__file__).parents[2] / "deploy" / "nginx" / "chat-backend.conf"
NODES = SHIPPED.with_name("nodes.conf")
ADVICE = "install nginx (Debian: nginx-light)"
AROUND = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/main.log;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    real_ip_header X-Test-Address;
    set_real_ip_from 127.0.0.1;
    add_header X-Nodes $upstream_addr always;
    include {folder}/chat-backend*.conf;
}}
"""


@dataclass(frozen=True)
class Nginx:
    """A running one: its ports, its certificate and the folder of its logs."""

    plain_port: int
    port: int
    certificate: Path
    folder: Path

    @property
    def log(self) -> str:
        """All that it has logged."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


def program() -> str | None:
    """nginx, where it is installed."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def missing() -> str | None:
    """What to do where it is not installed."""
    return None if program() else f"not here; {ADVICE}"


@contextmanager
def running(
    folder: Path, *servers: str, timeout: str = "15s", as_nodes: bool = False
) -> Iterator[Nginx]:
    """nginx before these servers (`host:port`, parameters), names and ports changed.

    Servers `as_nodes` are chosen by conversation, as the second shipped file has it. Every answer
    says in `X-Nodes` which servers were asked for it.
    """
    certificate = folder / "cert.pem"
    self_signed(certificate, LOCALHOST)
    plain, secure = _free_ports(2)
    changes = {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{secure} ssl",
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        "https://chat.example.com": f"https://localhost:{secure}",
        "chat.example.com;": "localhost;",
        "/etc/ssl/chat.example.com/fullchain.pem": str(certificate),
        "/etc/ssl/chat.example.com/privkey.pem": str(certificate.with_suffix(".key")),
        "/var/log/nginx": str(folder),
        " 15s;": f" {timeout};",
    }
    text = SHIPPED.read_text()
    if as_nodes:
        text = without_upstream(text)
        (folder / "chat-backend-nodes.conf").write_text(_nodes(servers))
    else:
        changes["server 127.0.0.1:8000;"] = "".join(f"server {server};" for server in servers)
    for shipped, here in changes.items():
        assert shipped in text, shipped
        text = text.replace(shipped, here)
    (folder / "chat-backend.conf").write_text(text)
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder))
    found = program()
    assert found is not None
    process = subprocess.Popen(
        [found, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "main.log")]
    )
    try:
        wait_until_open(secure, process, folder / "main.log")
        yield Nginx(plain, secure, certificate, folder)
    finally:
        process.terminate()
        process.wait()


def without_upstream(text: str) -> str:
    """What the `sed` in the second file's head does."""
    assert "'/^upstream /,/^}/d'" in NODES.read_text()
    left, count = re.subn(r"^upstream .*?^}\n", "", text, flags=re.MULTILINE | re.DOTALL)
    assert count == 1
    return left


def _nodes(servers: tuple[str, ...]) -> str:
    """The second file with these servers; one that failed is asked again a second later."""
    text, count = NODES.read_text(), 0
    for server in servers:
        text, found = re.subn(r"server 10\.80\.0\.\d+:8000 ", f"server {server} ", text, count=1)
        count += found
    assert count == len(servers)
    text = re.sub(r" *server 10\.80\.0\.\d+:8000 .*\n", "", text)
    assert "fail_timeout=5s" in text
    return text.replace("fail_timeout=5s", "fail_timeout=1s")


def _free_ports(count: int) -> list[int]:
    """Ports that nothing listens on, each another one."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def wait_until_open(port: int, process: subprocess.Popen[bytes], log: Path | None = None) -> None:
    """Until the process takes connections. Raises RuntimeError, with what it has logged, where it
    ends or takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.02)
    raise RuntimeError(f"It did not start:\n{log.read_text() if log else process.poll()}")
