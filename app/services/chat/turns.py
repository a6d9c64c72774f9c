"""The four ways to have a reply written, as rows: send, edit, regenerate, continue.

Nothing is overwritten: an edited message and a regenerated reply are new versions beside the old
ones. Only `continue` writes on in the message that was broken off.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import CannotContinue, MessageNotFound
from app.models import Message
from app.schemas.message import MessageRead, MessageStatus, is_cut_off
from app.services.chat.actions import Continue, Edit, Regenerate, ReplyAction, Send
from app.services.endpoints.saved import SavedEndpoint
from app.services.messages.estimate import estimate_tokens
from app.services.messages.rows import read_messages
from app.services.messages.tree import show_up_to

_message = table_of(Message)
_INSERT = Prepared(
    insert(_message),
    [
        "conversation_id",
        "sender",
        "content",
        "timestamp",
        "parent_id",
        "status",
        "model_name",
        "model_id",
        "connection_label",
        "client_id",
        "client_hash",
        "tokens",
    ],
)
_REREAD = Prepared(select(_message).where(_message.c.id == bindparam("id_of")))


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
    """What every new row of a turn has in common; `choice`: the hash of what the request asked for
    besides."""

    conversation_id: int
    leaf_id: int | None
    client_id: bytes | None
    now: datetime
    endpoint: SavedEndpoint
    choice: bytes | None


def write_turn(connection: Connection, action: ReplyAction, writing: Writing) -> Turn:
    """Write the rows of a turn; MessageNotFound or CannotContinue when that is impossible."""
    match action:
        case Send(content):
            return _new_exchange(connection, writing, writing.leaf_id, content)
        case Edit(message_id, content):
            target = target_of(connection, writing.conversation_id, message_id, "user")
            show_up_to(connection, writing.conversation_id, target.parent_id)
            turn = _new_exchange(connection, writing, target.parent_id, content)
            return Turn(_reread(connection, turn.user_message.id), turn.reply)
        case Regenerate(message_id):
            target = target_of(connection, writing.conversation_id, message_id, "ai")
            show_up_to(connection, writing.conversation_id, target.parent_id)
            reply = _insert(connection, writing, "ai", target.parent_id, "", is_named=True)
            return Turn(_reread(connection, target.parent_id), _reread(connection, reply.id))
        case Continue(message_id):
            return _continued(connection, message_id, writing)


def _new_exchange(
    connection: Connection, writing: Writing, parent_id: int | None, content: str
) -> Turn:
    user_message = _insert(connection, writing, "user", parent_id, content, is_named=True)
    return Turn(user_message, _insert(connection, writing, "ai", user_message.id, ""))


def _continued(connection: Connection, message_id: int, writing: Writing) -> Turn:
    target = target_of(connection, writing.conversation_id, message_id, "ai")
    if not is_cut_off(target.status, target.finish_reason) or writing.leaf_id != message_id:
        raise CannotContinue
    connection.execute(
        update(_message)
        .where(_message.c.id == message_id)
        .values(
            status="generating",
            run=target.run + 1,
            finish_reason=None,
            error_code=None,
            model_name=writing.endpoint.model_name,
            model_id=writing.endpoint.model_id,
            connection_label=writing.endpoint.connection_label,
            continued_by=writing.client_id,
            continued_hash=writing.choice,
        )
    )
    return Turn(
        _reread(connection, target.parent_id),
        _reread(connection, message_id),
        target.run + 1,
        target.content,
        target.reasoning or "",
    )


def target_of(
    connection: Connection, conversation_id: int, message_id: int, sender: str
) -> Row[Any]:
    """The message that an action is about; MessageNotFound."""
    row = connection.execute(
        select(_message).where(
            _message.c.id == message_id,
            _message.c.conversation_id == conversation_id,
            _message.c.sender == sender,
        )
    ).first()
    if row is None:
        raise MessageNotFound(message_id)
    return row


def _reread(connection: Connection, message_id: int) -> MessageRead:
    row = _REREAD.first(connection, {"id_of": message_id})
    return read_messages(connection, [row])[0]


def _insert(
    connection: Connection,
    writing: Writing,
    sender: Literal["user", "ai"],
    parent_id: int | None,
    content: str,
    is_named: bool = False,
) -> MessageRead:
    """`is_named`: it is what the request's `client_id` names."""
    endpoint = writing.endpoint if sender == "ai" else None
    model_name = endpoint.model_name if endpoint else None
    model_id = endpoint.model_id if endpoint else None
    connection_label = endpoint.connection_label if endpoint else None
    status: MessageStatus = "complete" if sender == "user" else "generating"
    id = _INSERT.insert(
        connection,
        {
            "conversation_id": writing.conversation_id,
            "sender": sender,
            "content": content,
            "timestamp": writing.now,
            "parent_id": parent_id,
            "status": status,
            "client_id": writing.client_id if is_named else None,
            "client_hash": writing.choice if is_named else None,
            "model_name": model_name,
            "model_id": model_id,
            "connection_label": connection_label,
            "tokens": estimate_tokens(content) if sender == "user" else None,
        },
    )
    return MessageRead.model_construct(
        id=id,
        sender=sender,
        content=content,
        timestamp=writing.now,
        status=status,
        parent_id=parent_id,
        version=1,
        versions=1,
        model_name=model_name,
        finish_reason=None,
        model_id=model_id,
        connection_label=connection_label,
    )
