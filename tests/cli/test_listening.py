"""The server listens where HOST says, `::` on both families, and the container's health check finds
it there."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from app.cli.listening import CannotListen, bound_sockets, missing_family, page_address
from tests.support.cli_process import environment, serving
from tests.support.forks import ROOT


@pytest.mark.parametrize(
    ("host", "reached"),
    [
        ("::", ["127.0.0.1", "::1"]),
        ("[::]", ["127.0.0.1", "::1"]),
        ("0.0.0.0", ["127.0.0.1"]),
        ("127.0.0.1", ["127.0.0.1"]),
        ("::1", ["::1"]),
        ("[::1]", ["::1"]),
    ],
)
def test_what_a_host_stands_for(host: str, reached: list[str]) -> None:
    sockets = bound_sockets(host, 0)
    port = sockets[0].getsockname()[1]
    try:
        assert {opened.getsockname()[1] for opened in sockets} == {port}
        for opened in sockets:
            opened.listen()
        assert missing_family(host, sockets) is None
        for address in ("127.0.0.1", "::1"):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            with socket.socket(family) as client:
                refused = client.connect_ex((address, port)) != 0
                assert refused is (address not in reached), address
    finally:
        for opened in sockets:
            opened.close()


def test_a_family_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cli.listening.ANY_V4", "192.0.2.1")  # RFC 5737: nobody's address
    sockets = bound_sockets("::", 0)
    try:
        assert missing_family("::", sockets) == "IPv4"
    finally:
        for opened in sockets:
            opened.close()


def test_what_is_no_host_is_told() -> None:
    with pytest.raises(CannotListen, match="HOST no host is not the name of an address"):
        bound_sockets("no host", 0)


@pytest.mark.parametrize(
    ("host", "page"),
    [
        ("::", "http://localhost:1"),
        ("[::]", "http://localhost:1"),
        ("0.0.0.0", "http://localhost:1"),
        ("fd00::5", "http://[fd00::5]:1"),
        ("[fd00::5]", "http://[fd00::5]:1"),
        ("10.0.0.5", "http://10.0.0.5:1"),
        ("chat.example", "http://chat.example:1"),
    ],
)
def test_the_address_of_the_page(host: str, page: str) -> None:
    assert page_address(host, 1) == page


def health_check(host: str, port: str) -> int:
    """The exit code of the command in the Dockerfile's HEALTHCHECK."""
    command = re.search(r'HEALTHCHECK .*"-c", "(.*?)"\]', (ROOT / "Dockerfile").read_text(), re.S)
    assert command is not None
    code = command[1].replace("\\\n", "")
    variables = environment(HOST=host, PORT=port)
    return subprocess.run([sys.executable, "-c", code], env=variables).returncode


def test_a_server_on_every_address_is_found_on_both_families(tmp_path: Path) -> None:
    with serving(tmp_path, HOST="::") as server:
        port = server.url.rpartition(":")[2]
        for address in ("127.0.0.1", "[::1]"):
            answer = httpx2.get(f"http://{address}:{port}/health/ready", trust_env=False)
            assert answer.status_code == 200, address
        for host in ("::", "[::]", "", "0.0.0.0", "127.0.0.1", "[::1]"):
            assert health_check(host, port) == 0, host
        assert health_check("::", "1") != 0
