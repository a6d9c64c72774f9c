"""What the floor keeps, and its one writing thread: what waits is committed together."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, NamedTuple

MOST = 16
PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 5000")
SCHEMA = """
CREATE TABLE IF NOT EXISTS conversation (
    id INTEGER PRIMARY KEY, message_count INTEGER NOT NULL, updated_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    sender TEXT NOT NULL, content TEXT NOT NULL, timestamp REAL NOT NULL, parent_id INTEGER,
    active INTEGER NOT NULL DEFAULT 1, status TEXT NOT NULL, finish_reason TEXT);
CREATE INDEX IF NOT EXISTS message_path ON message (conversation_id, active, id);
CREATE INDEX IF NOT EXISTS message_parent ON message (conversation_id, parent_id);
CREATE TABLE IF NOT EXISTS generation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    running_conversation_id INTEGER UNIQUE, owner TEXT NOT NULL,
    beat INTEGER NOT NULL DEFAULT 0, started_at REAL NOT NULL, finished_at REAL);
CREATE TABLE IF NOT EXISTS generation_piece (
    generation_id INTEGER REFERENCES generation (id) ON DELETE CASCADE, position INTEGER,
    content TEXT NOT NULL, PRIMARY KEY (generation_id, position)) WITHOUT ROWID;
"""
LEAF = """
    SELECT (SELECT max(id) FROM message WHERE conversation_id = :id AND active = 1),
           EXISTS (SELECT 1 FROM generation WHERE running_conversation_id = :id)"""
TOUCH = """
    INSERT INTO conversation (id, message_count, updated_at) VALUES (?, 2, ?)
    ON CONFLICT DO UPDATE SET message_count = message_count + 2, updated_at = excluded.updated_at"""
SAY = """
    INSERT INTO message (conversation_id, sender, content, timestamp, parent_id, status)
    VALUES (:conversation_id, :sender, :content, :timestamp, :parent_id, :status)"""
RUN = """
    INSERT INTO generation (message_id, running_conversation_id, owner, started_at)
    VALUES (?, ?, ?, ?)"""
PAST = """
    SELECT sender, content FROM message
    WHERE conversation_id = ? AND active = 1 AND id <= ? ORDER BY id DESC"""
BEAT = "UPDATE generation SET beat = beat + 1 WHERE id = ? AND owner = ? AND finished_at IS NULL"
PIECE = """
    INSERT INTO generation_piece (generation_id, position, content) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET content = excluded.content"""
CLAIM = """
    UPDATE generation SET finished_at = ?, running_conversation_id = NULL
    WHERE id = ? AND owner = ? AND finished_at IS NULL"""
END = "UPDATE message SET content = ?, status = ?, finish_reason = ? WHERE id = ?"
UNFINISHED = "SELECT id, message_id, owner FROM generation WHERE finished_at IS NULL"
SAVED = "SELECT content FROM generation_piece WHERE generation_id = ? ORDER BY position"
ROLES = {"user": "user", "ai": "assistant"}
MESSAGE_TOKENS, CHARACTERS_PER_TOKEN = 4, 4

Work = Callable[[sqlite3.Connection], Any]
Done = Callable[[Any], None]
Piece = tuple[int, int, str]


class Begun(NamedTuple):
    """A turn whose rows are in place, and what its model is sent."""

    generation_id: int
    message: dict[str, Any]
    reply: dict[str, Any]
    prompt: list[dict[str, str]]


def begin(
    owner: str, conversation_id: int, content: str, budget: int, connection: sqlite3.Connection
) -> Begun | None:
    """Store a message and begin its reply; None while another one is written."""
    run, now = connection.execute, time.time()
    leaf, is_running = run(LEAF, {"id": conversation_id}).fetchone()
    if is_running:
        return None
    run(TOUCH, (conversation_id, now))
    common = {"conversation_id": conversation_id, "timestamp": now}
    message = {"sender": "user", "content": content, "parent_id": leaf, "status": "complete"}
    message["id"] = last = run(SAY, {**common, **message}).lastrowid
    reply = {"sender": "ai", "content": "", "parent_id": last, "status": "generating"}
    reply["id"] = run(SAY, {**common, **reply}).lastrowid
    generation = run(RUN, (reply["id"], conversation_id, owner, now)).lastrowid or 0
    kept: list[dict[str, str]] = []
    for sender, said in run(PAST, (conversation_id, last)):
        budget -= MESSAGE_TOKENS + len(said) // CHARACTERS_PER_TOKEN
        if kept and budget < 0:
            break
        kept.append({"role": ROLES[sender], "content": said})
    return Begun(generation, {**common, **message}, {**common, **reply}, kept[::-1])


def checkpoint(owner: str, pieces: list[Piece], connection: sqlite3.Connection) -> set[int]:
    """Give signs of life and save new text; the generations that are still this owner's."""
    ours = {id for id, _, _ in pieces if connection.execute(BEAT, (id, owner)).rowcount}
    connection.executemany(PIECE, [piece for piece in pieces if piece[0] in ours and piece[2]])
    return ours


def end(
    owner: str, ids: tuple[int, int], text: str, reason: str | None, connection: sqlite3.Connection
) -> bool:
    """Write an ending; False where the reply is no longer this owner's, and nothing is written."""
    generation_id, message_id = ids
    if not connection.execute(CLAIM, (time.time(), generation_id, owner)).rowcount:
        return False
    status = "complete" if reason else "interrupted"
    connection.execute(END, (text, status, reason, message_id))
    return True


def recover(connection: sqlite3.Connection) -> None:
    """End what ran when the process before was killed, with the text that it had saved."""
    for generation_id, message_id, owner in connection.execute(UNFINISHED).fetchall():
        text = "".join(piece for (piece,) in connection.execute(SAVED, (generation_id,)))
        end(owner, (generation_id, message_id), text, None, connection)


class Store:
    """Writes to one file. `done` is called in the event loop once a commit holds the work, with
    its result, or with the error that kept it out."""

    def __init__(self, file: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: SimpleQueue[tuple[Work, Done]] = SimpleQueue()
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        for pragma in PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(SCHEMA)
        self._committed([recover])
        threading.Thread(target=self._run, daemon=True).start()

    def write(self, work: Work, done: Done) -> None:
        """Have work committed. It may be run again, so it touches nothing but the connection."""
        self._waiting.put((work, done))

    def _run(self) -> None:
        while True:
            group = [self._waiting.get()]
            while len(group) < MOST and not self._waiting.empty():
                group.append(self._waiting.get())
            results = self._committed([work for work, _ in group])
            self._loop.call_soon_threadsafe(_tell, [done for _, done in group], results)

    def _committed(self, works: list[Work]) -> list[Any]:
        """All in one transaction; if anything fails in it, each in one of its own."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            results = [work(self._connection) for work in works]
            self._connection.execute("COMMIT")
            return results
        except Exception as error:
            self._connection.rollback()
            return [self._committed([work])[0] for work in works] if works[1:] else [error]


def _tell(waiting: list[Done], results: list[Any]) -> None:
    for done, result in zip(waiting, results, strict=True):
        done(result)
