"""The four ways to have a reply written, as rows: send, edit, regenerate, continue.

Nothing is overwritten: an edited message and a regenerated reply are new versions beside the old.
Only `continue` goes on writing in the message that was broken off.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from app.database import table_of
from app.errors import CannotContinue, ClientIdReused, MessageNotFound
from app.models import Message
from app.schemas.message import MessageRead, MessageStatus
from app.services.generation.stored import read_messages
from app.services.message_tree import show_up_to

CONTINUABLE = ("interrupted", "stopped")

_message = table_of(Message)
_INSERT = insert(_message)
_KNOWN = select(_message).where(
    _message.c.conversation_id == bindparam("in_conversation", type_=_message.c.id.type),
    _message.c.client_id == bindparam("known_as", type_=_message.c.client_id.type),
)


@dataclass(frozen=True, slots=True)
class Send:
    """Say something after the last message shown."""

    content: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Say something else instead of a message of the user's."""

    message_id: int
    content: str


@dataclass(frozen=True, slots=True)
class Regenerate:
    """Have another reply instead of a reply."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Continue:
    """Have the model go on in the last reply, which was broken off."""

    message_id: int


Action = Send | Edit | Regenerate | Continue


@dataclass(frozen=True, slots=True)
class Turn:
    """The two messages of a turn that begins, and the text that its reply has already."""

    user_message: MessageRead
    reply: MessageRead
    run: int = 1
    content: str = ""
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class Writing:
    """What every new row of a turn has in common."""

    conversation_id: int
    leaf_id: int | None
    client_id: bytes | None
    now: datetime


def find_known(
    connection: Connection, conversation_id: int, action: Action, client_id: bytes
) -> int | None:
    """The reply that this `client_id` had begun; ClientIdReused where it meant another thing."""
    by = {"in_conversation": conversation_id, "known_as": client_id}
    sent = connection.execute(_KNOWN, by).first()
    match action:
        case Send():
            if sent is None:
                return None
            _require_same(sent.sender == "user" and sent.content == action.content)
            _require_same(not _has_older_version(connection, sent))  # as an edited one has
            return _first_reply(connection, sent)
        case Edit(message_id):
            if sent is None:
                return None
            target = _target(connection, conversation_id, message_id, "user")
            _require_same(_is_newer_version(sent, target) and sent.content == action.content)
            return _first_reply(connection, sent)
        case Regenerate(message_id):
            target = _target(connection, conversation_id, message_id, "ai")
            _require_same(target.continued_by != client_id)
            if sent is None:
                return None
            _require_same(_is_newer_version(sent, target))
            return int(sent.id)
        case Continue(message_id):
            target = _target(connection, conversation_id, message_id, "ai")
            if target.continued_by == client_id:
                return int(target.id)
            _require_same(sent is None)
            return None


def _require_same(condition: bool) -> None:
    if not condition:
        raise ClientIdReused


def _is_newer_version(sent: Row[Any], target: Row[Any]) -> bool:
    """Whether one message may have been asked for as another version of the other."""
    same = (sent.sender, sent.parent_id) == (target.sender, target.parent_id)
    return same and sent.id > target.id


def _has_older_version(connection: Connection, sent: Row[Any]) -> bool:
    older = (
        _message.c.conversation_id == sent.conversation_id,
        _message.c.parent_id.is_not_distinct_from(sent.parent_id),
        _message.c.id < sent.id,
    )
    return connection.execute(select(_message.c.id).where(*older).limit(1)).first() is not None


def _first_reply(connection: Connection, sent: Row[Any]) -> int:
    replies = (
        _message.c.conversation_id == sent.conversation_id,
        _message.c.parent_id == sent.id,
    )
    return int(connection.execute(select(func.min(_message.c.id)).where(*replies)).scalar_one())


def write_turn(connection: Connection, action: Action, writing: Writing, model_name: str) -> Turn:
    """Put the rows of a turn in place; MessageNotFound or CannotContinue where that cannot be."""
    match action:
        case Send(content):
            return _new_exchange(connection, writing, writing.leaf_id, content, model_name)
        case Edit(message_id, content):
            target = _target(connection, writing.conversation_id, message_id, "user")
            show_up_to(connection, writing.conversation_id, target.parent_id)
            turn = _new_exchange(connection, writing, target.parent_id, content, model_name)
            return Turn(_reread(connection, turn.user_message.id), turn.reply)
        case Regenerate(message_id):
            target = _target(connection, writing.conversation_id, message_id, "ai")
            show_up_to(connection, writing.conversation_id, target.parent_id)
            reply = _insert(
                connection, writing, "ai", target.parent_id, "", model_name, writing.client_id
            )
            return Turn(_reread(connection, target.parent_id), _reread(connection, reply.id))
        case Continue(message_id):
            return _continued(connection, message_id, writing, model_name)


def _new_exchange(
    connection: Connection, writing: Writing, parent_id: int | None, content: str, model_name: str
) -> Turn:
    user_message = _insert(
        connection, writing, "user", parent_id, content, client_id=writing.client_id
    )
    return Turn(user_message, _insert(connection, writing, "ai", user_message.id, "", model_name))


def _continued(connection: Connection, message_id: int, writing: Writing, model_name: str) -> Turn:
    target = _target(connection, writing.conversation_id, message_id, "ai")
    cut = target.status in CONTINUABLE or target.finish_reason == "length"
    if not cut or writing.leaf_id != message_id:
        raise CannotContinue
    connection.execute(
        update(_message)
        .where(_message.c.id == message_id)
        .values(
            status="generating",
            run=target.run + 1,
            finish_reason=None,
            error_code=None,
            model_name=model_name,
            continued_by=writing.client_id,
        )
    )
    return Turn(
        _reread(connection, target.parent_id),
        _reread(connection, message_id),
        target.run + 1,
        target.content,
        target.reasoning or "",
    )


def _target(connection: Connection, conversation_id: int, message_id: int, sender: str) -> Row[Any]:
    row = connection.execute(
        select(_message).where(
            _message.c.id == message_id,
            _message.c.conversation_id == conversation_id,
            _message.c.sender == sender,
        )
    ).first()
    if row is None:
        raise MessageNotFound(id=message_id)
    return row


def _reread(connection: Connection, message_id: int) -> MessageRead:
    row = connection.execute(select(_message).where(_message.c.id == message_id)).one()
    return read_messages(connection, [row], "zh")[0]


def _insert(
    connection: Connection,
    writing: Writing,
    sender: Literal["user", "ai"],
    parent_id: int | None,
    content: str,
    model_name: str | None = None,
    client_id: bytes | None = None,
) -> MessageRead:
    status: MessageStatus = "complete" if sender == "user" else "generating"
    result = connection.execute(
        _INSERT,
        {
            "conversation_id": writing.conversation_id,
            "sender": sender,
            "content": content,
            "timestamp": writing.now,
            "parent_id": parent_id,
            "status": status,
            "model_name": model_name,
            "client_id": client_id,
        },
    )
    return MessageRead.model_construct(
        id=result.inserted_primary_key[0],  # type: ignore[index]
        sender=sender,
        content=content,
        timestamp=writing.now,
        status=status,
        parent_id=parent_id,
        version=1,
        versions=1,
        model_name=model_name,
        finish_reason=None,
    )
