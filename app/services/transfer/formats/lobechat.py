"""LobeChat: the tables of its database. Messages lie in no order, and are put in one on disk."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from functools import partial
from typing import Any

from app.services.transfer import texts
from app.services.transfer.archive import ArchiveSource
from app.services.transfer.attachments import ArchivedFiles
from app.services.transfer.conversations import ArchivedConversation, conversation_of
from app.services.transfer.draft import ConversationDraft, DraftMessage, UnreadableItem
from app.services.transfer.entries import TOO_LARGE, ExportEntry
from app.services.transfer.formats.fields import content_of, mapping, word
from app.services.transfer.json_values import VALUE_BYTES, JsonValues, TooLarge

SOURCE: ArchiveSource = "lobechat"
SHAPES = ({"data", "mode"}, {"data", "schemaHash"}, {"state", "exportType"})
"""What an export of today has, and one of before 2025."""
TABLES = {
    "agents": ("title", "systemRole"),
    "agentsToSessions": ("agentId", "sessionId"),
    "sessions": ("title", "meta", "config"),
    "topics": ("title", "sessionId", "createdAt", "updatedAt"),
    "messages": (
        "role",
        "content",
        "reasoning",
        "error",
        "model",
        "createdAt",
        "parentId",
        "topicId",
        "sessionId",
    ),
    "messagesFiles": ("messageId", "fileId"),
    "files": ("name", "url"),
}
"""What is read of each."""
UNSORTED = "inbox"
"""The session of a message that names none."""
SCHEMA = """
CREATE TABLE entry (n INTEGER PRIMARY KEY, kind TEXT, id TEXT, conversation TEXT, told TEXT);
CREATE INDEX by_id ON entry (kind, id);
CREATE INDEX by_conversation ON entry (kind, conversation, n);
BEGIN;
"""
CONVERSATIONS = """
SELECT id FROM (SELECT id, 0 AS later, min(n) AS n FROM entry WHERE kind = 'topics' GROUP BY id
  UNION ALL SELECT conversation, 1, min(n) FROM entry WHERE kind = 'messages' GROUP BY conversation)
WHERE id IS NOT NULL GROUP BY id ORDER BY min(later), min(n)
"""


def is_whole(keys: Collection[str]) -> bool:
    """Whether an object with these keys is an export of LobeChat's."""
    return any(shape <= set(keys) for shape in SHAPES)


def entries(values: JsonValues, files: ArchivedFiles) -> Iterator[ExportEntry]:
    """Its topics, and after them the sessions that have messages of no topic."""
    with closing(files.database()) as rows:
        rows.executescript(SCHEMA)
        for part in values.keys():
            if part in {"data", "state"} and values.kind() == "start_map":
                for table in values.keys():
                    if table in TABLES and values.kind() == "start_array":
                        _keep(rows, table, values)
        rows.execute("COMMIT")
        for (id,) in rows.execute(CONVERSATIONS):
            yield ExportEntry(partial(_read, rows, id, files), lambda: None)


def _keep(rows: sqlite3.Connection, table: str, values: JsonValues) -> None:
    for _ in values.items():
        try:
            row = mapping(values.value())
        except TooLarge:
            continue  # its conversation goes on without it
        told = {name: row[name] for name in TABLES[table] if row.get(name) is not None}
        of = texts.key(row.get("topicId")) or texts.key(row.get("sessionId")) or UNSORTED
        if table == "messagesFiles":
            of = texts.key(row.get("messageId")) or ""
        elif table == "agentsToSessions":
            of = texts.key(row.get("sessionId")) or ""
        insert = "INSERT INTO entry (kind, id, conversation, told) VALUES (?, ?, ?, ?)"
        rows.execute(insert, (table, texts.key(row.get("id")), of, json.dumps(told)))


def _read(rows: sqlite3.Connection, id: str, files: ArchivedFiles) -> ArchivedConversation:
    size = "SELECT coalesce(sum(length(told)), 0) FROM entry WHERE kind = ? AND conversation = ?"
    if rows.execute(size, ("messages", id)).fetchone()[0] > VALUE_BYTES:
        raise UnreadableItem(TOO_LARGE)
    topic = _one(rows, "topics", id)
    held = "SELECT id, told FROM entry WHERE kind = 'messages' AND conversation = ? ORDER BY n"
    messages = [(key, json.loads(told)) for key, told in rows.execute(held, (id,))]
    session = topic.get("sessionId") if topic else id
    for _, told in messages if topic and not session else ():
        session = session or told.get("sessionId")
    title = topic.get("title") if topic else _title_of(_one(rows, "sessions", id))
    draft = ConversationDraft(
        SOURCE,
        id,
        title,
        _system_of(rows, texts.key(session)),
        created=topic.get("createdAt"),
        updated=topic.get("updatedAt"),
        chained=True,
    )
    draft.messages = [_message(draft, rows, key, told, files) for key, told in _by_time(messages)]
    return conversation_of(draft)


def _one(rows: sqlite3.Connection, kind: str, id: str | None) -> dict[str, Any]:
    query = "SELECT told FROM entry WHERE kind = ? AND id = ? LIMIT 1"
    found = rows.execute(query, (kind, id)).fetchone()
    return mapping(json.loads(found[0])) if found else {}


def _title_of(session: dict[str, Any]) -> Any:
    return session.get("title") or mapping(session.get("meta")).get("title")


def _system_of(rows: sqlite3.Connection, session: str | None) -> str:
    query = "SELECT told FROM entry WHERE kind = 'agentsToSessions' AND conversation = ? LIMIT 1"
    found = rows.execute(query, (session,)).fetchone()
    agent = _one(rows, "agents", texts.key(json.loads(found[0]).get("agentId"))) if found else {}
    config = mapping(_one(rows, "sessions", session).get("config"))
    return texts.text(agent.get("systemRole") or config.get("systemRole"))


def _by_time(messages: list[tuple[str | None, Any]]) -> list[tuple[str | None, Any]]:
    """In the order in which they were said, as far as that is told; the rest keep theirs."""
    times = [texts.moment(told.get("createdAt"), texts.now()) for _, told in messages]
    latest = max((time for time in times if time), default=texts.OLDEST)
    order = sorted(range(len(messages)), key=lambda place: times[place] or latest)
    return [messages[place] for place in order]


def _message(
    draft: ConversationDraft,
    rows: sqlite3.Connection,
    id: str | None,
    told: dict[str, Any],
    files: ArchivedFiles,
) -> DraftMessage:
    role = word(told.get("role"))
    message = DraftMessage(
        id, None, parent=texts.key(told.get("parentId")), time=told.get("createdAt")
    )
    content = content_of(told.get("content"), files)
    message.text, message.reasoning = content.text, content.reasoning
    if role == "user":
        message.sender = "user"
    elif role == "assistant":
        message.sender = "ai"
        thought = texts.text(mapping(told.get("reasoning")).get("content"))
        message.reasoning = message.reasoning or thought
        message.model = texts.model(told.get("model"))
        if told.get("error"):
            message.status = "failed"
    else:
        message.dropped = role if role in {"system", "tool"} else "unknown_role"
        if role == "system":
            draft.system = draft.system or message.text
        return message
    draft.notes.update(content.notes)
    message.files = content.files
    query = "SELECT told FROM entry WHERE kind = 'messagesFiles' AND conversation = ? ORDER BY n"
    for (held,) in rows.execute(query, (id,)):
        file = _one(rows, "files", texts.key(json.loads(held).get("fileId")))
        message.files.append(files.by_url(file.get("url"), file.get("name")))
    return message
