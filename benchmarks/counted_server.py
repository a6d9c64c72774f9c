"""This server, which writes down how many statements the transactions of a turn run on SQLite.

Run as `python -m benchmarks.counted_server serve …`, with the arguments of `chat-backend`.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from app.cli import main

FILE = "statements"
BEGIN, END = "begin", "end"
TURNS = {"INSERT INTO generation ": BEGIN, "UPDATE message SET": END}
"""What tells the two transactions of a turn from all others."""


class Count:
    """The statements of the transaction that a connection is in; each that is a turn's becomes a
    line of the file. BEGIN, COMMIT and savepoints are not counted."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._statements: list[str] = []

    def __call__(self, statement: str) -> None:
        word = statement.split(" ", 1)[0]
        if word == "BEGIN":
            self._statements.clear()
        elif word == "COMMIT":
            self._write()
        elif word not in ("SAVEPOINT", "RELEASE", "--"):
            self._statements.append(statement)

    def _write(self) -> None:
        for start, kind in TURNS.items():
            if any(each.startswith(start) for each in self._statements):
                with self._file.open("a") as file:
                    file.write(f"{kind} {len(self._statements)}\n")


def counts(folder: Path) -> dict[str, list[int]]:
    """What was written down in a server's folder: the counts of each kind."""
    found: dict[str, list[int]] = {BEGIN: [], END: []}
    for line in (folder / FILE).read_text().splitlines():
        kind, count = line.split()
        found[kind].append(int(count))
    return found


if __name__ == "__main__":

    @event.listens_for(Engine, "connect")
    def trace(connection: sqlite3.Connection, _record: Any) -> None:
        connection.set_trace_callback(Count(Path(os.environ["DATA_DIR"]) / FILE))

    main()
