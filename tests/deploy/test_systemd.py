"""systemd takes the shipped unit."""

import subprocess
from pathlib import Path

from tests.support import deployed
from tests.support.systemd import PROGRAM

UNIT = deployed.DEPLOY / "systemd" / "chat-backend.service"
COMMAND = "/opt/chat-backend/.venv/bin/chat-backend serve"


def verify(unit: Path) -> str:
    """What systemd finds wrong with it."""
    command = [PROGRAM, "verify", "--man=no", str(unit)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    told = [line for line in ended.stderr.splitlines() if unit.name in line]
    return "\n".join(told)


def test_systemd_takes_it(tmp_path: Path) -> None:
    text = UNIT.read_text()
    assert f"ExecStart={COMMAND}" in text
    unit = tmp_path / UNIT.name
    unit.write_text(text.replace(COMMAND, "/bin/true"))
    assert verify(unit) == ""
    unit.write_text(text.replace(COMMAND, "/bin/true").replace("ProtectHome=yes", "ProtectHom=yes"))
    assert "ProtectHom" in verify(unit)
