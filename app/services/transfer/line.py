"""A conversation as one line of JSON: the form of docs/api.md#exports, which is taken in again."""

from collections.abc import Mapping
from typing import Any

import orjson

from app.schemas.fields import as_utc
from app.services.files.rows import attached
from app.services.messages.rows import usage_of
from app.services.transfer.archive import OWN_FORMAT
from app.services.transfer.stored_files import StoredFile
from app.services.transfer.whole_rows import WholeConversation, WholeMessage, WholePart
from app.services.usage.days import date_of

type FilesByKey = Mapping[str, StoredFile | None]
"""None: the store has it no longer."""


class ConversationLine:
    """Writes the line of a conversation, a part of its messages at a time."""

    def __init__(self, whole: WholeConversation, files: FilesByKey) -> None:
        """`files`: those of a part are in it when that is written."""
        self._whole = whole
        self._files = files
        self._is_begun = False
        self._comma = b""

    def write(self, part: WholePart) -> bytes:
        """The next part of the line, with the last one its end."""
        written = [] if self._is_begun else [_beginning(self._whole)]
        self._is_begun = True
        for message in part.messages:
            written += self._comma, orjson.dumps(_message(message, self._files))
            self._comma = b","
        if part.after is None:
            written.append(b"]}\n")
        return b"".join(written)


def _beginning(whole: WholeConversation) -> bytes:
    row = whole.row
    told = {
        "format": OWN_FORMAT,
        "id": row.id,
        "title": row.title,
        "title_source": row.title_source,
        "created_at": as_utc(row.created_at),
        "updated_at": as_utc(row.updated_at),
        "system_prompt": row.system_prompt,
        "params": _as_it_is(row.params),
        "model": _named(row.model_id, row.model, connection=row.connection),
        "preset": _named(row.preset_id, row.preset),
        "folder": _named(row.folder_id, row.folder),
        "pinned": row.pinned == 1,
        "archived": row.archived == 1,
    }
    if row.continued_from is not None:
        told["continued_from"] = date_of(row.continued_from)
    return orjson.dumps(told)[:-1] + b',"messages":['


def _message(message: WholeMessage, files: FilesByKey) -> dict[str, Any]:
    row = message.row
    usage = usage_of(row)
    told = {
        "finish_reason": row.finish_reason,
        "error_code": row.error_code,
        "model_name": row.model_name,
        "connection_label": row.connection_label,
        "left_out": _as_it_is(row.left_out),
        "reasoning": message.reasoning,
        "usage": usage and usage.model_dump(mode="json"),
        "attachments": [_file(each, files) for each in message.files],
    }
    return {
        "id": row.id,
        "parent_id": row.parent_id,
        "sender": row.sender,
        "content": message.content,
        "timestamp": as_utc(row.timestamp),
        "active": message.active,
        "status": row.status,
        **{name: value for name, value in told.items() if value},
    }


def _file(row: Any, files: FilesByKey) -> dict[str, Any]:
    stored = files[row.hash.hex()]
    told = attached(row).model_dump(mode="json", exclude={"id"})
    told["sha256"] = stored and stored.sha256
    told["path"] = stored and stored.path
    if stored and stored.mark:
        told["mark"] = stored.mark
    return told


def _named(id: int | None, name: str | None, **more: str) -> dict[str, Any] | None:
    """What a conversation names, where that is there still."""
    return None if name is None else {"id": id, "name": name, **more}


def _as_it_is(text: str | None) -> orjson.Fragment | None:
    """JSON as it is stored: read and written again, its numbers might be others."""
    return None if text is None else orjson.Fragment(text)
