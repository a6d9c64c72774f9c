"""What a link shows: a copy of the path shown at one moment, whatever becomes of the messages."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, literal, null, or_, select
from sqlalchemy import update as updating

from app.database import table_of
from app.errors import NothingToShare, ReplyInProgress, ShareTooLong
from app.models import Attachment, File, Generation, Message, ShareAttachment, ShareMessage
from app.schemas.share import SharePreview
from app.services.files.rows import attached
from app.services.messages.tree import shown

MESSAGES_MOST = 5_000
CHARACTERS_MOST = 4_000_000
"""Of what was said and thought: one transaction copies it, and one answer shows it."""
PREVIEW_CHARACTERS = 200

_message = table_of(Message)
_generation = table_of(Generation)
_attachment = table_of(Attachment)
_stored = table_of(File)
_copy = table_of(ShareMessage)
_file = table_of(ShareAttachment)
_holds_something = or_(
    _message.c.content != "", _message.c.attachments.is_not(None), _message.c.reasoning.is_not(None)
)
_characters = func.char_length(_message.c.content) + func.coalesce(
    func.char_length(_message.c.reasoning), 0
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A path that can be copied: how many messages of it hold something, and its last one."""

    messages: int
    last_message_id: int
    last_run: int


def measure(connection: Connection, conversation_id: int) -> Measured:
    """What is shown of a conversation, whose row the caller has locked.

    Raises ReplyInProgress, NothingToShare, ShareTooLong.
    """
    runs = select(_generation.c.id).where(_generation.c.running_conversation_id == conversation_id)
    if connection.execute(runs).first() is not None:
        raise ReplyInProgress
    leaf = select(_message.c.id, _message.c.run).where(shown(conversation_id))
    last = connection.execute(leaf.order_by(_message.c.id.desc()).limit(1)).first()
    held = select(func.count(), func.sum(_characters)).where(
        shown(conversation_id), _holds_something
    )
    messages, characters = connection.execute(held).one()
    if last is None or not messages:
        raise NothingToShare
    if messages > MESSAGES_MOST or characters > CHARACTERS_MOST:
        raise ShareTooLong(MESSAGES_MOST, CHARACTERS_MOST)
    return Measured(messages, last.id, last.run)


def preview(connection: Connection, conversation_id: int, title: str) -> SharePreview:
    """What a link would show that is made now; a reply that is being written is not in it."""
    is_whole = and_(shown(conversation_id), _holds_something, _message.c.status != "generating")
    some = select(func.substr(_message.c.content, 1, PREVIEW_CHARACTERS)).where(is_whole)
    first = connection.execute(some.order_by(_message.c.id).limit(1)).scalar()
    last = connection.execute(some.order_by(_message.c.id.desc()).limit(1)).scalar()
    counts = select(func.count(), func.count(func.nullif(_message.c.reasoning, "")))
    messages, thoughts = connection.execute(counts.where(is_whole)).one()
    models = select(_message.c.model_name).where(is_whole, _message.c.model_name.is_not(None))
    files = (
        select(_stored)
        .join(_attachment, _attachment.c.file_id == _stored.c.id)
        .join(_message, _message.c.id == _attachment.c.message_id)
        .where(is_whole)
        .order_by(_attachment.c.message_id, _attachment.c.position)
    )
    by_id = {row.id: attached(row) for row in connection.execute(files)}
    return SharePreview(
        title=title,
        messages=messages,
        first=first or "",
        last=last or "",
        models=sorted({*connection.execute(models.distinct()).scalars()}),
        attachments=[*by_id.values()],
        has_reasoning=thoughts > 0,
    )


def copy(connection: Connection, share_id: int, conversation_id: int) -> None:
    """Have a link hold what is shown now, not what it held; its files have no numbers yet."""
    for table in (_file, _copy):
        connection.execute(delete(table).where(table.c.share_id == share_id))
    new = literal(share_id, type_=_copy.c.share_id.type)
    texts = select(
        new,
        _message.c.id,
        _message.c.sender,
        _message.c.content,
        _message.c.reasoning,
        _message.c.model_name,
    ).where(shown(conversation_id), _holds_something)
    connection.execute(insert(_copy).from_select([*_copy.columns.keys()], texts))
    files = (
        select(new, _attachment.c.message_id, _attachment.c.position, null(), _attachment.c.file_id)
        .join(_copy, _copy.c.message_id == _attachment.c.message_id)
        .where(_copy.c.share_id == share_id)
    )
    connection.execute(insert(_file).from_select([*_file.columns.keys()], files))


def number_files(connection: Connection, share_id: int, without: Collection[int]) -> None:
    """Give the files that a link shows their numbers, from 1 without gaps. The caller has locked
    their owner: what has a number is held."""
    its = _file.c.share_id == share_id
    connection.execute(updating(_file).where(its).values(number=None))
    key = (_file.c.message_id, _file.c.position)
    rows = connection.execute(select(*key, _file.c.file_id).where(its).order_by(*key)).all()
    numbered = [
        {"of_message": row.message_id, "at": row.position, "new": number}
        for number, row in enumerate((row for row in rows if row.file_id not in without), start=1)
    ]
    if numbered:
        same = (
            its,
            _file.c.message_id == bindparam("of_message"),
            _file.c.position == bindparam("at"),
        )
        connection.execute(updating(_file).where(*same).values(number=bindparam("new")), numbered)
