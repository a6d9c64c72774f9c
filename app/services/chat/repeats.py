"""Whether a request has been seen before: its `client_id` names the reply that it began."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import ClientIdReused, MessageDeleted
from app.models import Message
from app.services.chat.actions import Continue, Edit, Regenerate, ReplyAction, Send
from app.services.chat.turns import edit_mark, file_ids, target_of
from app.services.messages.tree import is_deleted

_message = table_of(Message)
_KNOWN = Prepared(
    select(_message).where(
        _message.c.conversation_id == bindparam("in_conversation", type_=_message.c.id.type),
        _message.c.client_id == bindparam("known_as", type_=_message.c.client_id.type),
    )
)


def find_known(
    connection: Connection,
    conversation_id: int,
    action: ReplyAction,
    client_id: bytes,
    choice: bytes | None,
) -> int | None:
    """The reply that this `client_id` began; ClientIdReused when it named another request, or one
    that asked for another model (`choice`: the hash of that), MessageDeleted when it is
    there no longer."""
    by = {"in_conversation": conversation_id, "known_as": client_id}
    sent = _KNOWN.first(connection, by)
    if sent is not None and is_deleted(connection, sent.id, sent.active):
        raise MessageDeleted
    if sent is not None and not isinstance(action, Continue):
        _require_same(sent.client_hash == choice)
    match action:
        case Send():
            if sent is None:
                return None
            is_edit = sent.continued_hash is not None
            _require_same(sent.sender == "user" and not is_edit and sent.content == action.content)
            _require_same(file_ids(connection, sent) == action.attachments)
            return _first_reply(connection, sent)
        case Edit(message_id):
            if sent is None:
                return None
            target = target_of(connection, conversation_id, message_id, "user", True)
            _require_same(_is_edit_of(sent, target) and sent.content == action.content)
            as_before = action.attachments is None
            held = file_ids(connection, target) if as_before else action.attachments
            _require_same(file_ids(connection, sent) == held)
            return _first_reply(connection, sent)
        case Regenerate(message_id):
            is_known = sent is not None
            target = target_of(connection, conversation_id, message_id, None, is_known)
            _require_same(target.continued_by != client_id)
            if sent is None:
                return None
            is_reply = sent.sender == "ai" and sent.parent_id == target.id
            _require_same(is_reply or target.sender == "ai" and _is_newer_version(sent, target))
            return int(sent.id)
        case Continue(message_id):
            target = target_of(connection, conversation_id, message_id, "ai")
            if target.continued_by == client_id:
                _require_same(target.continued_hash == choice)
                return int(target.id)
            _require_same(sent is None)
            return None


def _require_same(condition: bool) -> None:
    if not condition:
        raise ClientIdReused


def _is_newer_version(sent: Row[Any], target: Row[Any]) -> bool:
    """Whether one message can have been requested as another version of the other."""
    same = (sent.sender, sent.parent_id) == (target.sender, target.parent_id)
    return same and sent.id > target.id


def _is_edit_of(sent: Row[Any], target: Row[Any]) -> bool:
    """Whether a message is an edit of the other; or can be one that the release before wrote, which
    did not say so."""
    says = sent.continued_hash in (None, edit_mark(target.id))
    return says and _is_newer_version(sent, target)


def _first_reply(connection: Connection, sent: Row[Any]) -> int:
    """The reply that a message began, at the same moment; MessageDeleted where that was deleted."""
    its = select(_message.c.id, _message.c.active).where(
        _message.c.conversation_id == sent.conversation_id,
        _message.c.parent_id == sent.id,
        _message.c.timestamp == sent.timestamp,
    )
    first = connection.execute(its).first()
    if first is None or is_deleted(connection, first.id, first.active):
        raise MessageDeleted
    return int(first.id)
