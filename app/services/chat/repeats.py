"""Whether a request has been seen before: its `client_id` names the reply that it began."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import ClientIdReused
from app.models import Message
from app.services.chat.actions import Continue, Edit, Regenerate, ReplyAction, Send
from app.services.chat.turns import target_of

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
    that asked for another model (`choice`: the hash of that)."""
    by = {"in_conversation": conversation_id, "known_as": client_id}
    sent = _KNOWN.first(connection, by)
    if sent is not None and not isinstance(action, Continue):
        _require_same(sent.client_hash == choice)
    match action:
        case Send():
            if sent is None:
                return None
            _require_same(sent.sender == "user" and sent.content == action.content)
            _require_same(not _has_older_version(connection, sent))  # an edited message has one
            return _first_reply(connection, sent)
        case Edit(message_id):
            if sent is None:
                return None
            target = target_of(connection, conversation_id, message_id, "user")
            _require_same(_is_newer_version(sent, target) and sent.content == action.content)
            return _first_reply(connection, sent)
        case Regenerate(message_id):
            target = target_of(connection, conversation_id, message_id, "ai")
            _require_same(target.continued_by != client_id)
            if sent is None:
                return None
            _require_same(_is_newer_version(sent, target))
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
