"""The benchmarks run, and say what they measure. Their figures are nobody's promise here."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from benchmarks.client import ChatSocket
from benchmarks.framing import text_frame

SECONDS = 60
ROWS = [
    "streams at 20 ms on one core: bare relay",
    "streams at 20 ms on one core: SQLite",
]


def test_a_tiny_run_writes_its_table_and_its_chart(tmp_path: Path) -> None:
    options = ["--tiny", "--sqlite", "--only", "capacity", "--output", str(tmp_path)]
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks", *options],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ended.returncode == 0, ended.stderr
    for table in (ended.stdout, (tmp_path / "table.md").read_text()):
        assert [row for row in ROWS if row not in table] == []
        assert "—" not in table  # the figure of nothing
    assert (tmp_path / "tokens.svg").read_text().startswith("<svg ")


@pytest.mark.anyio
async def test_a_token_that_two_frames_share_came_with_the_second() -> None:
    socket = ChatSocket("/")
    for at, content in [(1.0, "0000001000000 00000"), (2.0, "02000000 0000003000000 ")]:
        frame = text_frame(orjson.dumps({"type": "chunk", "content": content}))
        socket.arrivals.append((at, frame))
    assert socket.tokens() == [(1.0, 1.0), (2.0, 2.0), (2.0, 3.0)]
