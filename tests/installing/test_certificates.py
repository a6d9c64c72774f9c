"""uv, pip and npm are told to trust whom the system trusts; what is set for one of them stays."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TOLD = (
    "UV_SYSTEM_CERTS",
    "UV_NATIVE_TLS",
    "PIP_CERT",
    "NODE_EXTRA_CA_CERTS",
    "NODE_USE_SYSTEM_CA",
)
STORES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
)
SYSTEM = next((store for store in STORES if Path(store).is_file()), None)
SHOW = "grep() { return 1; }; . scripts/certificates.sh; unset -f grep; env"
"""Without what pip is told by a file on this machine."""


def told(given: dict[str, str], script: str = SHOW) -> dict[str, str]:
    """What the tools are told where `given` is the whole environment."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"} | given
    said = subprocess.check_output(
        ["bash", "-euc", script], cwd=ROOT, env=environment, text=True, timeout=60
    )
    pairs = dict(line.split("=", 1) for line in said.splitlines())
    return {name: pairs[name] for name in TOLD if name in pairs}


def everything(file: str) -> dict[str, str]:
    """What they are told where `file` is what the system trusts."""
    uv = {"UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true"}
    return uv | {"PIP_CERT": file, "NODE_EXTRA_CA_CERTS": file, "NODE_USE_SYSTEM_CA": "1"}


def test_they_trust_what_the_system_does() -> None:
    assert told({}) == (everything(SYSTEM) if SYSTEM else {})


def test_a_file_that_is_named_goes_before() -> None:
    assert told({"SSL_CERT_FILE": "/etc/company.pem"}) == everything("/etc/company.pem")


@pytest.mark.parametrize("name", TOLD)
def test_what_is_set_for_one_of_them_stays(name: str) -> None:
    given = {"SSL_CERT_FILE": "/etc/company.pem", name: "own"}
    assert told(given) == everything("/etc/company.pem") | {name: "own"}


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_what_pip_reads_besides_stays(name: str) -> None:
    given = {"SSL_CERT_FILE": "/etc/company.pem", name: "/etc/own.pem"}
    assert "PIP_CERT" not in told(given)


def test_what_a_file_tells_pip_stays(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text("[global]\ncert = /etc/own.pem\n")
    given = {"SSL_CERT_FILE": "/etc/company.pem", "PIP_CONFIG_FILE": str(tmp_path / "pip.conf")}
    assert "PIP_CERT" not in told(given, ". scripts/certificates.sh; env")


def test_uv_is_told(tmp_path: Path) -> None:
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\nenv\n")
    uv.chmod(0o755)
    given = {"PATH": f"{tmp_path}:/usr/bin:/bin", "SSL_CERT_FILE": "/etc/company.pem"}
    assert told(given, "scripts/uv")["UV_SYSTEM_CERTS"] == "true"
