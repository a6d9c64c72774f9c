"""A new conversation that goes the way of another one up to a message."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection, bindparam, insert, select

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import MessageNotFound, ReplyInProgress
from app.models import Conversation, Message
from app.services.conversations.rows import owned
from app.services.files.rows import hold_same
from app.services.messages.tree import hidden_path, shown
from app.services.messages.unseen import Unseen, hold_unseen, make_unseen, show_whole
from app.services.search.rows import note_unread

MESSAGES_PER_COMMIT = 200
CHARACTERS_PER_COMMIT = 500_000
"""A part ends with the message that exceeds this."""
KEPT = ("title", "title_source", "system_prompt", "model_id", "preset_id", "params", "folder_id")
OWN = ("id", "conversation_id", "parent_id", "client_id", "continued_by", "client_hash")
"""What is a message's own; the rest is copied. What models were sent is not: nothing was sent."""

_message = table_of(Message)
_conversation = table_of(Conversation)
_COPIED = [
    column.name
    for column in _message.columns
    if column.name not in (*OWN, "continued_hash", "active", "run", "search_state")
]
_ORIGINAL = Prepared(select(_message).where(_message.c.id == bindparam("id_of")))
_COPY = Prepared(insert(_message), ["conversation_id", "parent_id", *_COPIED])


@dataclass(frozen=True, slots=True)
class Branched:
    """A branch on its way: the messages that are still to be copied, and the last one that was."""

    user_id: int
    unseen: Unseen
    due: list[int]
    last_id: int | None = None
    copied: int = 0


def begin(connection: Connection, user_id: int, message_id: int, retention: timedelta) -> Branched:
    """Make the conversation, unseen until all is copied, and copy what one part takes."""
    found = (
        select(_conversation, _message.c.status, _message.c.active)
        .join(_message, _message.c.conversation_id == _conversation.c.id)
        .where(_message.c.id == message_id, owned(user_id))
    )
    source = connection.execute(found).first()
    if source is None:
        raise MessageNotFound(message_id)
    if source.status == "generating":
        raise ReplyInProgress
    fork, hidden = hidden_path(connection, message_id)
    path = select(_message.c.id).where(shown(source.id), _message.c.id <= fork)
    ids = [*connection.execute(path.order_by(_message.c.id)).scalars(), *sorted(hidden)]
    values = {name: source._asdict()[name] for name in KEPT}
    unseen = make_unseen(connection, user_id, values, retention)
    return go_on(connection, Branched(user_id, unseen, ids), retention)


def go_on(connection: Connection, branched: Branched, retention: timedelta) -> Branched:
    """Copy another part; after the last one the conversation is there. Raises MessageNotFound where
    the rest has been purged, ReplyInProgress where the last reply has been continued since, and
    ConversationNotFound where the branch is no longer as it was left."""
    hidden = hold_unseen(connection, branched.unseen)
    conversation_id = branched.unseen.conversation_id
    last_id, characters, count = branched.last_id, 0, 0
    before = last_id or 0
    for id in branched.due[:MESSAGES_PER_COMMIT]:
        row = _ORIGINAL.first(connection, {"id_of": id})
        if row is None:
            raise MessageNotFound(id)
        if row.status == "generating":
            raise ReplyInProgress
        its = {"conversation_id": conversation_id, "parent_id": last_id}
        last_id = _COPY.insert(connection, row._asdict() | its)
        if row.attachments:
            hold_same(connection, last_id, id)
        count += 1
        characters += len(row.content) + len(row.reasoning or "")
        if characters > CHARACTERS_PER_COMMIT:
            break
    note_unread(connection, branched.user_id, conversation_id, before)
    due = branched.due[count:]
    copied = branched.copied + count
    if not due:
        show_whole(connection, branched.user_id, hidden, copied, retention)
    return replace(branched, due=due, last_id=last_id, copied=copied)
