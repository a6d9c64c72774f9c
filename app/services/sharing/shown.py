"""What whoever has a link is shown: texts, title, names of models, a day, and the files chosen.

A long conversation is read in parts, each when its reader has taken the one before.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, Row, bindparam, func, or_, select

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import ShareNotFound
from app.models import Conversation, File, Share, ShareAttachment, ShareMessage, User, utc_now

PART_CHARACTERS = 200_000
"""A part ends before its text exceeds this; one message may have more."""

_share = table_of(Share)
_copy = table_of(ShareMessage)
_held = table_of(ShareAttachment)
_file = table_of(File)
_user = table_of(User)
_conversation = table_of(Conversation)

# What ends a link writes it down. The rest is seen, too: a release before knew of no links.
_GOOD = Prepared(
    select(_share.c.id, _share.c.title, _share.c.reasoning, _share.c.without, _share.c.updated_at)
    .join(_user, _user.c.id == _share.c.user_id)
    .join(_conversation, _conversation.c.id == _share.c.conversation_id)
    .where(
        _share.c.token_hash == bindparam("hash", type_=_share.c.token_hash.type),
        _share.c.ended_at.is_(None),
        or_(
            _share.c.expires_at.is_(None),
            _share.c.expires_at > bindparam("now", type_=_share.c.expires_at.type),
        ),
        _user.c.yn == 1,
        _conversation.c.deleted_at.is_(None),
    )
)
_of_share = bindparam("of_share", type_=_share.c.id.type)
_its = _copy.c.share_id == _of_share
_length = func.char_length(_copy.c.content)
_thought = func.coalesce(func.char_length(_copy.c.reasoning), 0)
_lengths = select(_copy.c.message_id, _length).where(_its).order_by(_copy.c.message_id)
_LENGTHS = Prepared(_lengths)
_LENGTHS_THOUGHT = Prepared(_lengths.with_only_columns(_copy.c.message_id, _length + _thought))
_texts = (
    select(_copy.c.message_id, _copy.c.sender, _copy.c.content, _copy.c.model_name)
    .where(
        _its,
        _copy.c.message_id > bindparam("after", type_=_copy.c.message_id.type),
        _copy.c.message_id <= bindparam("upto", type_=_copy.c.message_id.type),
    )
    .order_by(_copy.c.message_id)
)
_TEXTS, _THOUGHTS = Prepared(_texts), Prepared(_texts.add_columns(_copy.c.reasoning))
_FILES = Prepared(
    select(_held.c.message_id, _held.c.number, _file)
    .join(_file, _file.c.id == _held.c.file_id)
    .where(_held.c.share_id == _of_share, _held.c.number.is_not(None))
    .order_by(_held.c.number)
)
_FILE = Prepared(
    select(_file)
    .join(_held, _held.c.file_id == _file.c.id)
    .where(_held.c.share_id == _of_share, _held.c.number == bindparam("number", type_=Integer))
)

type MessagesShown = list[dict[str, Any]]
"""A `SharedMessage` each, made without a model: there may be thousands of them."""


class OpenedShare(NamedTuple):
    """A link as it was opened: its row, the files of its messages, and the last message of each of
    its parts."""

    row: Any
    files: dict[int, list[dict[str, Any]]]
    ends: list[int]


def find_good(connection: Connection, token_hash: bytes) -> Any:
    """The row of a link that is good; else ShareNotFound, whatever ended it."""
    row = _GOOD.first(connection, {"hash": token_hash, "now": utc_now()})
    if row is None:
        raise ShareNotFound
    return row


def begin[T](
    connection: Connection, token_hash: bytes, write: Callable[[MessagesShown], T]
) -> tuple[OpenedShare, T]:
    """Open a link, and write down the first part of what it shows; ShareNotFound."""
    row = find_good(connection, token_hash)
    files: dict[int, list[dict[str, Any]]] = {}
    for file in files_of(connection, row.id):
        files.setdefault(file.message_id, []).append(_attachment(file))
    opened = OpenedShare(row, files, _ends(connection, row))
    return opened, write(_messages(connection, opened, 0))


def go_on[T](
    connection: Connection,
    token_hash: bytes,
    opened: OpenedShare,
    part: int,
    write: Callable[[MessagesShown], T],
) -> T:
    """Write down another part. Raises ShareNotFound where the link was ended or changed since."""
    if find_good(connection, token_hash) != opened.row:
        raise ShareNotFound
    return write(_messages(connection, opened, part))


def _ends(connection: Connection, row: Any) -> list[int]:
    """The last message of each part: of one at least, and of none without text beside others."""
    lengths = _LENGTHS_THOUGHT if row.reasoning else _LENGTHS
    ends, last, characters = [], 0, 0
    for id, length in lengths.tuples(connection, {"of_share": row.id}):
        if length and characters and characters + length > PART_CHARACTERS:
            ends.append(last)
            characters = 0
        last, characters = id, characters + length
    return [*ends, last]


def _messages(connection: Connection, opened: OpenedShare, part: int) -> MessagesShown:
    texts = _THOUGHTS if opened.row.reasoning else _TEXTS
    after = opened.ends[part - 1] if part else 0
    which = {"of_share": opened.row.id, "after": after, "upto": opened.ends[part]}
    found = [
        _message(opened.files.get(id), *values) for id, *values in texts.tuples(connection, which)
    ]
    return [message for message in found if message is not None]


def files_of(connection: Connection, share_id: int) -> list[Any]:
    """The rows of the files that a link shows, each with its number and the message it is of."""
    return _FILES.all(connection, {"of_share": share_id})


def find_file(connection: Connection, token_hash: bytes, number: int) -> Row[Any]:
    """The row of a file that a link shows; ShareNotFound."""
    share = find_good(connection, token_hash)
    row: Row[Any] | None = _FILE.first(connection, {"of_share": share.id, "number": number})
    if row is None:
        raise ShareNotFound
    return row


def _message(
    files: list[dict[str, Any]] | None,
    sender: str,
    content: str,
    model_name: str | None,
    reasoning: str | None = None,
) -> dict[str, Any] | None:
    """None for a message of which nothing is shown."""
    if not (content or files or reasoning):
        return None
    message: dict[str, Any] = {"sender": sender, "content": content}
    if model_name is not None:
        message["model_name"] = model_name
    if reasoning:
        message["reasoning"] = reasoning
    if files:
        message["attachments"] = files
    return message


def _attachment(row: Any) -> dict[str, Any]:
    told = {
        "number": row.number,
        "type": row.type,
        "bytes": row.size,
        "width": row.width,
        "height": row.height,
        "pages": row.pages,
    }
    return {name: value for name, value in told.items() if value is not None}
