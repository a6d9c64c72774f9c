"""Our own export: nothing is joined, dropped or put in another order, so that it comes out again
as it went in. What was changed by hand is held to the form all the same."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from app.schemas.fields import MAX_ID
from app.schemas.message import TOKENS_MAX
from app.services.transfer import texts
from app.services.transfer.archive import (
    MODEL_CHARACTERS,
    OWN_FORMAT,
    SYSTEM_CHARACTERS,
    TITLE_CHARACTERS,
    ArchivedFile,
    ArchivedItem,
    ArchivedMessage,
    ArchiveSource,
)
from app.services.transfer.attachments import MISSING, ArchivedFiles
from app.services.transfer.conversations import UNTITLED, ArchivedConversation
from app.services.transfer.draft import UnreadableItem
from app.services.transfer.formats.fields import listed, mapping

SOURCE: ArchiveSource = "chat-backend"
NOT_ONE = "not_an_object"
FAMILY = OWN_FORMAT.partition("/")[0] + "/"
TITLE_SOURCES = ("default", "words", "model", "user")
ENDED = ("complete", "stopped", "interrupted", "failed")
NAME_CHARACTERS = 100
CODE_CHARACTERS = 40
PARAMS_BYTES = 16 * 1024
LEFT_OUT_MAX = 20
COUNTS = {
    "prompt_tokens": TOKENS_MAX,
    "completion_tokens": TOKENS_MAX,
    "total_tokens": TOKENS_MAX,
    "cost_nano_usd": MAX_ID,
}


def is_one(value: dict[str, Any]) -> bool:
    """Whether it is a conversation of an export of ours."""
    return str(value.get("format")).startswith(FAMILY)


def read(value: dict[str, Any], files: ArchivedFiles) -> ArchivedConversation:
    """The conversation. Raises UnreadableItem: it is of a later form, or not as we write them."""
    if value.get("format") != OWN_FORMAT:
        raise UnreadableItem("of_a_later_version")
    id, created_at = _id(value.get("id")), _time(value.get("created_at"))
    if id is None or created_at is None:
        raise UnreadableItem("no_id")
    item = ArchivedItem(SOURCE, "found", source_id=str(id))
    item.key = f"{id} {value['created_at']}"[:CODE_CHARACTERS]
    item.created_at = created_at
    item.updated_at = _time(value.get("updated_at")) or created_at
    item.title = _title(value.get("title"))
    item.system_prompt = _text(value.get("system_prompt"))[:SYSTEM_CHARACTERS]
    item.own = {
        "id": id,
        "title_source": _one_of(value.get("title_source"), TITLE_SOURCES),
        "params": _params(value.get("params")),
        "model": _model(mapping(value.get("model"))),
        "preset": _short(mapping(value.get("preset")).get("name")),
        "folder": _short(mapping(value.get("folder")).get("name")),
        "pinned": value.get("pinned") is True,
        "archived": value.get("archived") is True,
        "continued_from": _day(value.get("continued_from")),
    }
    messages = _messages(item, listed(value.get("messages")), files)
    item.messages = len(messages)
    return item, messages


def _messages(item: ArchivedItem, told: list[Any], files: ArchivedFiles) -> list[ArchivedMessage]:
    """All messages in their order; one that makes no sense is left out, and counted."""
    assert item.created_at is not None
    places: dict[int, int] = {}
    messages: list[ArchivedMessage] = []
    current: int | None = None
    for each in map(mapping, told):
        id = _id(each.get("id"))
        if id is None or id in places or each.get("sender") not in ("user", "ai"):
            item.notes["bad_node"] = item.notes.get("bad_node", 0) + 1
            continue
        parent = places.get(_id(each.get("parent_id")) or 0)
        if parent is None and each.get("parent_id") is not None:
            item.notes["orphan"] = item.notes.get("orphan", 0) + 1
        places[id] = len(messages)
        if each.get("active") is True:
            current = len(messages)
        said_at = _time(each.get("timestamp")) or item.created_at
        messages.append(_message(each, parent, said_at, files))
    _show(messages, current)
    return messages


def _show(messages: list[ArchivedMessage], current: int | None) -> None:
    """Show the path to the last message that is shown, or to the last one of all."""
    place = current if current is not None or not messages else len(messages) - 1
    while place is not None:
        messages[place].shown = True
        place = messages[place].parent


def _message(
    told: dict[str, Any], parent: int | None, said_at: datetime, files: ArchivedFiles
) -> ArchivedMessage:
    content, reasoning = _text(told.get("content")), _text(told.get("reasoning")) or None
    sender = told["sender"]
    status: Any = told.get("status")
    error_code = _short(told.get("error_code"), CODE_CHARACTERS)
    if sender == "user":
        status, error_code = "complete", None
    elif status not in ENDED:  # it was being written
        status, error_code = "interrupted" if content or reasoning else "failed", "interrupted"
    own = {
        "id": told["id"],
        "finish_reason": _short(told.get("finish_reason"), CODE_CHARACTERS),
        "error_code": error_code,
        "connection_label": _short(told.get("connection_label")),
        "left_out": _left_out(listed(told.get("left_out"))),
        "usage": _usage(mapping(told.get("usage"))),
    }
    return ArchivedMessage(
        str(told["id"]),
        parent,
        sender,
        content,
        said_at,
        shown=False,
        status=status,
        reasoning=reasoning,
        model_name=_short(told.get("model_name"), MODEL_CHARACTERS),
        files=[_file(mapping(each), files) for each in listed(told.get("attachments"))],
        own={name: value for name, value in own.items() if value is not None},
    )


def _file(told: dict[str, Any], files: ArchivedFiles) -> ArchivedFile:
    path, name = told.get("path"), texts.line(told.get("name"), NAME_CHARACTERS) or "file"
    if not isinstance(path, str):
        return ArchivedFile(name, why=MISSING)
    found = files.by_path(path, told.get("name"))
    return replace(found, mark=_short(told.get("mark"), NAME_CHARACTERS))


def _model(told: dict[str, Any]) -> dict[str, str | None] | None:
    name = _short(told.get("name"))
    return {"name": name, "connection": _short(told.get("connection"))} if name else None


def _params(told: Any) -> dict[str, Any] | None:
    try:
        is_taken = isinstance(told, dict) and len(orjson.dumps(told)) <= PARAMS_BYTES
    except orjson.JSONEncodeError:  # deeper than anybody writes by hand
        return None
    return told if is_taken else None


def _left_out(told: list[Any]) -> list[dict[str, str]] | None:
    left = []
    for each in map(mapping, told[:LEFT_OUT_MAX]):
        name, reason = _short(each.get("name")), _short(each.get("reason"))
        if name and reason:
            left.append({"name": name, "reason": reason})
    return left or None


def _usage(told: dict[str, Any]) -> dict[str, Any] | None:
    counts = {
        name: told[name]
        for name, most in COUNTS.items()
        if type(told.get(name)) is int and 0 <= told[name] <= most
    }
    return {**counts, "estimated": told.get("estimated") is True} if counts else None


def _title(told: Any) -> str:
    if isinstance(told, str) and told == _text(told) and 0 < len(told) <= TITLE_CHARACTERS:
        return told
    return texts.title(told) or UNTITLED


def _text(told: Any) -> str:
    """A text as it is: also controls are what somebody said, save what no database takes."""
    if not isinstance(told, str):
        return ""
    return told if _is_storable(told) else texts.text(told)


def _is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def _short(told: Any, characters: int = NAME_CHARACTERS) -> str | None:
    return texts.line(told, characters) or None


def _one_of(told: Any, known: tuple[str, ...]) -> str | None:
    return told if told in known else None


def _id(told: Any) -> int | None:
    return told if type(told) is int and 0 < told <= MAX_ID else None


def _day(told: Any) -> str | None:
    """A day as we write it, of those on which somebody can have said something."""
    time = _time(f"{told}T00:00Z") if isinstance(told, str) else None
    return None if time is None else time.date().isoformat()


def _time(told: Any) -> datetime | None:
    """A time to the microsecond, as we write it; of any day on which somebody can have said it."""
    return texts.moment(told, datetime.now(UTC)) if isinstance(told, str) else None
