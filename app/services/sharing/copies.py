"""What a link shows, written as a conversation of whoever goes on with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import batched
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from app.database import table_of
from app.engines.prepared import Prepared, PreparedIn
from app.errors import Language, ShareNotFound
from app.models import Message, ShareMessage, utc_now
from app.services.audit.events import AuditAction, record
from app.services.files.kinds import SUFFIXES, is_picture
from app.services.files.rows import find_all_own, hold, hold_owner
from app.services.messages.estimate import estimate_tokens
from app.services.messages.tree import set_parents
from app.services.messages.unseen import Unseen, hold_unseen, make_unseen, show_whole
from app.services.search.rows import note_unread
from app.services.sharing.shown import files_of, find_good
from app.services.usage.days import number_of

MESSAGES_PER_COMMIT = 200
CHARACTERS_PER_COMMIT = 500_000
"""A part ends with the messages of a look that exceed this."""
MESSAGES_AT_A_LOOK = 20
MISSING: dict[Language, str] = {
    "zh": "〔{name}：空间不足，未能复制〕",
    "en": "[{name}: there was no room to copy it]",
}

_message = table_of(Message)
_copy = table_of(ShareMessage)
_WRITTEN = (
    *("conversation_id", "sender", "content", "timestamp", "model_name", "reasoning", "tokens"),
    "attachments",
)
_INSERT = Prepared(insert(_message), columns=_WRITTEN)
_SOME = PreparedIn(
    _copy.c.message_id.type,
    lambda ids: (
        select(_copy)
        .where(
            _copy.c.share_id == bindparam("of_share", type_=_copy.c.share_id.type),
            _copy.c.message_id.in_(ids),
        )
        .order_by(_copy.c.message_id)
    ),
)
_NEW = Prepared(
    select(_message.c.id)
    .where(
        _message.c.conversation_id == bindparam("in_conversation", type_=_message.c.id.type),
        _message.c.id > bindparam("after", type_=_message.c.id.type),
    )
    .order_by(_message.c.id)
)
"""By several rows in one INSERT they get ascending ids, in their order."""


def name_of(number: int, type: str) -> str:
    """What a file of a link is called: what its owner calls it is not shown."""
    return f"{'picture' if is_picture(type) else 'file'}-{number}{SUFFIXES.get(type, '')}"


@dataclass(frozen=True, slots=True)
class ShareSource:
    """A link to be gone on with: the messages it holds, and its files by these."""

    share_id: int
    title: str
    day: date
    message_ids: list[int]
    files: dict[int, list[Any]]


@dataclass(frozen=True, slots=True)
class CopiedFiles:
    """The files of a message that are the reader's now, and the names of those that are not."""

    ids: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()


NOTHING = CopiedFiles()


@dataclass(frozen=True, slots=True)
class Continued:
    """A conversation on its way: the messages that are still to be copied, and the last one that
    was."""

    user_id: int
    unseen: Unseen
    due: list[int]
    last_id: int | None = None
    copied: int = 0


def source_of(connection: Connection, token_hash: bytes) -> ShareSource:
    """What a link holds; ShareNotFound."""
    share = find_good(connection, token_hash)
    ids = select(_copy.c.message_id).where(_copy.c.share_id == share.id)
    files: dict[int, list[Any]] = {}
    for row in files_of(connection, share.id):
        files.setdefault(row.message_id, []).append(row)
    return ShareSource(
        share.id,
        share.title,
        share.updated_at.date(),
        [*connection.execute(ids.order_by(_copy.c.message_id)).scalars()],
        files,
    )


def begin(
    connection: Connection, user_id: int, source: ShareSource, retention: timedelta
) -> Continued:
    """Make the conversation, which nobody sees until all is copied."""
    values = {
        "title": source.title,
        "title_source": "user",
        "continued_from": number_of(source.day),
    }
    unseen = make_unseen(connection, user_id, values, retention)
    return Continued(user_id, unseen, source.message_ids)


def go_on(
    connection: Connection,
    token_hash: bytes,
    source: ShareSource,
    continued: Continued,
    files: Mapping[int, CopiedFiles],
    language: Language,
    retention: timedelta,
) -> Continued:
    """Copy another part; after the last one the conversation is there. Raises ShareNotFound where
    the link has been ended or updated since, and ConversationNotFound where the conversation is no
    longer as it was left."""
    has_reasoning = bool(find_good(connection, token_hash).reasoning)
    hidden = hold_unseen(connection, continued.unseen)
    conversation_id = continued.unseen.conversation_id
    rows, due = _part(connection, source.share_id, continued.due)
    new = [
        _row(conversation_id, row, files.get(row.message_id, NOTHING), has_reasoning, language)
        for row in rows
    ]
    kept = [(row, one) for row, one in zip(rows, new, strict=True) if _holds_something(one)]
    ids = _write(connection, conversation_id, continued.last_id, [one for _, one in kept])
    for (row, _), id in zip(kept, ids, strict=True):
        if held := files.get(row.message_id, NOTHING).ids:
            hold_owner(connection, continued.user_id)
            find_all_own(connection, continued.user_id, held)
            hold(connection, id, held)
    note_unread(connection, continued.user_id, conversation_id, continued.last_id or 0)
    copied = continued.copied + len(ids)
    if not due:
        user_id = continued.user_id
        show_whole(connection, user_id, hidden, copied, retention)
        record(connection, AuditAction.SHARE_CONTINUED, user_id, conversation_id=conversation_id)
    last_id = ids[-1] if ids else continued.last_id
    return replace(continued, due=due, last_id=last_id, copied=copied)


def _part(connection: Connection, share_id: int, due: list[int]) -> tuple[list[Any], list[int]]:
    """The messages that the next part copies, and those left after it; ShareNotFound where some
    are no longer there."""
    rows: list[Any] = []
    characters = 0
    for some in batched(due[:MESSAGES_PER_COMMIT], MESSAGES_AT_A_LOOK):
        found = _SOME.all(connection, some, {"of_share": share_id})
        if len(found) < len(some):
            raise ShareNotFound
        rows += found
        characters += sum(len(row.content) + len(row.reasoning or "") for row in found)
        if characters > CHARACTERS_PER_COMMIT:
            break
    return rows, due[len(rows) :]


def _row(
    conversation_id: int, row: Any, held: CopiedFiles, has_reasoning: bool, language: Language
) -> dict[str, Any]:
    content = _with_names(row.content, held.missing, language)
    return {
        "conversation_id": conversation_id,
        "sender": row.sender,
        "content": content,
        "timestamp": utc_now(),
        "model_name": row.model_name,
        "reasoning": row.reasoning if has_reasoning else None,
        "tokens": estimate_tokens(content),
        "attachments": len(held.ids) or None,
    }


def _write(
    connection: Connection, conversation_id: int, last_id: int | None, new: list[dict[str, Any]]
) -> list[int]:
    """Write messages, each of which answers the one before; their ids."""
    if not new:
        return []
    _INSERT.run_many(connection, new)
    its = {"in_conversation": conversation_id, "after": last_id or 0}
    ids = [row.id for row in _NEW.all(connection, its)]
    answered = zip(ids, [last_id, *ids], strict=False)
    set_parents(connection, {id: parent for id, parent in answered if parent is not None})
    return ids


def _holds_something(new: dict[str, Any]) -> bool:
    return bool(new["content"] or new["reasoning"] or new["attachments"])


def _with_names(content: str, missing: tuple[str, ...], language: Language) -> str:
    """A text with a line for each file that is not there."""
    lines = [MISSING[language].format(name=name) for name in missing]
    return "\n\n".join(filter(None, [content, "\n".join(lines)]))
