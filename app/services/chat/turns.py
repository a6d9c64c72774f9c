"""The four ways to have a reply written, as rows: send, edit, regenerate, continue.

Nothing is overwritten: an edited message and a regenerated reply are new versions beside the old
ones. Only `continue` writes on in the message that was broken off.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import BlankMessage, CannotContinue, MessageNotFound
from app.models import Message
from app.schemas.message import MessageRead, MessageStatus, is_cut_off
from app.services.chat.actions import Continue, Edit, Regenerate, ReplyAction, Send
from app.services.endpoints.saved import SavedEndpoint
from app.services.files.rows import attached, find_all_own, held_by, hold
from app.services.messages.estimate import estimate_tokens
from app.services.messages.rows import read_messages
from app.services.messages.tree import has_deletions, is_deleted, show_up_to
from app.utils.visible import has_visible

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
        "continued_hash",
        "tokens",
        "attachments",
    ],
)
_REREAD = Prepared(select(_message).where(_message.c.id == bindparam("id_of")))


# Copied with what a new one has: to make one takes twice as long.
_NEW = MessageRead.model_construct(
    id=0,
    sender="user",
    content="",
    timestamp=datetime.min,
    status="complete",
    parent_id=None,
    version=1,
    versions=1,
    model_name=None,
    finish_reason=None,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """The two messages of a turn that begins, the text that its reply has already, and what that
    has cost."""

    user_message: MessageRead
    reply: MessageRead
    run: int = 1
    content: str = ""
    reasoning: str = ""
    cost_nano: int | None = 0


@dataclass(frozen=True, slots=True)
class Writing:
    """What every new row of a turn has in common; `choice`: the hash of what the request asked for
    besides; `edits`: what tells that its message is an edit."""

    user_id: int
    conversation_id: int
    leaf_id: int | None
    client_id: bytes | None
    now: datetime
    endpoint: SavedEndpoint
    choice: bytes | None
    edits: bytes | None = None


def write_turn(connection: Connection, action: ReplyAction, writing: Writing) -> Turn:
    """Write the rows of a turn; MessageNotFound or CannotContinue when that is impossible."""
    match action:
        case Send(content, attachments):
            return _new_exchange(connection, writing, writing.leaf_id, content, attachments)
        case Edit(message_id, content, attachments):
            target = target_of(connection, writing.conversation_id, message_id, "user")
            if attachments is None:
                attachments = file_ids(connection, target)
            _show_up_to(connection, target, target.parent_id)
            writing = replace(writing, edits=edit_mark(message_id))
            turn = _new_exchange(connection, writing, target.parent_id, content, attachments)
            return Turn(_reread(connection, turn.user_message.id), turn.reply)
        case Regenerate(message_id):
            target = target_of(connection, writing.conversation_id, message_id)
            question_id = _asked(connection, target)
            _show_up_to(connection, target, question_id)
            reply = _insert(connection, writing, "ai", question_id, "", is_named=True)
            return Turn(_reread(connection, question_id), _reread(connection, reply.id))
        case Continue(message_id):
            return _continued(connection, message_id, writing)


def edit_mark(message_id: int) -> bytes:
    """What tells in `continued_hash` that a message is an edit of this one."""
    return str(message_id).encode()


def file_ids(connection: Connection, message: Any) -> tuple[int, ...]:
    """The files that a message holds, in their order."""
    if not message.attachments:
        return ()
    return tuple(row.id for row in held_by(connection, [message.id]).get(message.id, ()))


def _new_exchange(
    connection: Connection,
    writing: Writing,
    parent_id: int | None,
    content: str,
    attachments: tuple[int, ...],
) -> Turn:
    if not (attachments or has_visible(content)):
        raise BlankMessage
    files = find_all_own(connection, writing.user_id, attachments) if attachments else ()
    user_message = _insert(connection, writing, "user", parent_id, content, True, files)
    if files:
        hold(connection, user_message.id, attachments)
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
        target.cost_nano,
    )


def _show_up_to(connection: Connection, target: Row[Any], message_id: int | None) -> None:
    show_up_to(connection, target.conversation_id, message_id, bool(target.has_deletions))


def _asked(connection: Connection, target: Row[Any]) -> int:
    """The question that is to get another reply: of a reply, or itself where none is shown."""
    if target.sender == "ai":
        return int(target.parent_id)
    replies = select(_message.c.id).where(
        _message.c.conversation_id == target.conversation_id,
        _message.c.parent_id == target.id,
        _message.c.active == 1,
    )
    if connection.execute(replies.limit(1)).first() is not None:
        raise MessageNotFound(target.id)
    return int(target.id)


def target_of(
    connection: Connection,
    conversation_id: int,
    message_id: int,
    sender: str | None = None,
    may_be_deleted: bool = False,
) -> Row[Any]:
    """The message that an action is about, of this sender, and whether anything beside it was
    deleted; MessageNotFound."""
    row = connection.execute(
        select(_message, has_deletions(conversation_id).label("has_deletions")).where(
            _message.c.id == message_id, _message.c.conversation_id == conversation_id
        )
    ).first()
    if row is None or sender not in (None, row.sender):
        raise MessageNotFound(message_id)
    if not may_be_deleted and is_deleted(connection, message_id, row.active):
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
    files: Sequence[Any] = (),
) -> MessageRead:
    """`is_named`: it is what the request's `client_id` names; `files`: those that it is to hold."""
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
            "continued_hash": writing.edits if sender == "user" else None,
            "model_name": model_name,
            "model_id": model_id,
            "connection_label": connection_label,
            "tokens": estimate_tokens(content) if sender == "user" else None,
            "attachments": len(files) or None,
        },
    )
    values: dict[str, Any] = {
        "id": id,
        "sender": sender,
        "content": content,
        "timestamp": writing.now,
        "status": status,
        "parent_id": parent_id,
        "model_name": model_name,
        "model_id": model_id,
        "connection_label": connection_label,
    }
    if files:
        values["attachments"] = [attached(file) for file in files]
    return _NEW.model_copy(update=values)
