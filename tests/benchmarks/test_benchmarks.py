"""The benchmarks run, and say what they measure. Their figures are nobody's promise here."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from benchmarks.client import ChatSocket
from benchmarks.floor_store import SCHEMA, begin, checkpoint, end
from benchmarks.framing import text_frame
from benchmarks.killed import Told, missing

SECONDS = 300
"""Much longer than it takes on a machine that does anything else."""
ROWS = {
    "capacity": [
        "streams at 20 ms on one core: bare relay",
        "streams at 20 ms on one core: SQLite",
    ],
    "turns": [
        "statements at a turn's begin: SQLite",
        "statements at a turn's end: SQLite",
        "a turn of 1 token, alone: floor",
        "a turn of 1 token, alone: SQLite beside the floor",
    ],
}


@pytest.mark.parametrize("scenario", ROWS)
def test_a_tiny_run_writes_its_table_and_its_chart(tmp_path: Path, scenario: str) -> None:
    options = ["--tiny", "--sqlite", "--only", scenario, "--output", str(tmp_path)]
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks", *options],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ended.returncode == 0, ended.stderr
    for table in (ended.stdout, (tmp_path / "table.md").read_text()):
        assert [row for row in ROWS[scenario] if row not in table] == []
        # The figure of nothing: on a busy machine no stream may be carried in time.
        assert scenario == "capacity" or "—" not in table
    assert (tmp_path / "tokens.svg").read_text().startswith("<svg ")


@pytest.mark.anyio
async def test_a_token_that_two_frames_share_came_with_the_second() -> None:
    socket = ChatSocket("/")
    for at, content in [(1.0, "0000001000000 00000"), (2.0, "02000000 0000003000000 ")]:
        frame = text_frame(orjson.dumps({"type": "chunk", "content": content}))
        socket.arrivals.append((at, frame))
    assert socket.tokens() == [(1.0, 1.0), (2.0, 2.0), (2.0, 3.0)]


def test_what_the_floor_lost_is_counted(tmp_path: Path) -> None:
    """Two messages, a whole ending and a saved piece stand in the file; the rest was lost."""
    file = tmp_path / "floor.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as kept:
        kept.executescript(SCHEMA)
        ended, begun = (begin("us", number, "hello", 500, kept) for number in (1, 2))
        assert ended is not None and begun is not None
        end("us", (ended.generation_id, ended.reply["id"]), "whole", "stop", kept)
        checkpoint("us", [(begun.generation_id, 0, "a piece")], kept)
    messages = {ended.message["id"], begun.message["id"]}
    texts = {ended.reply["id"]: "whole"}, {begun.reply["id"]: "a pi"}
    assert missing(file, Told(messages, *texts)) == (0, 4)
    texts = {ended.reply["id"]: "whole text", 99: ""}, {begun.reply["id"]: "a piece more"}
    assert missing(file, Told(messages | {98}, *texts)) == (4, 6)
