"""Conversations that are written in several transactions, and are there once all of it is.

Until then each is as one that was deleted too long ago to be restored: nobody sees it, and what a
crash leaves of it is purged. Both hold at nodes with other clocks.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from app.database import table_of
from app.errors import ConversationNotFound
from app.models import Conversation, utc_now
from app.services.folders import tally
from app.services.folders.rows import is_there
from app.services.upkeep.purge import MARGIN

_conversation = table_of(Conversation)


class Unseen(NamedTuple):
    """A conversation on its way, and since when nobody sees it."""

    conversation_id: int
    hidden_at: datetime


def make_unseen(
    connection: Connection, user_id: int, values: dict[str, Any], retention: timedelta
) -> Unseen:
    """A new conversation with these values, that nobody sees."""
    now = utc_now()
    hidden_at = now - retention - MARGIN / 2
    times = {"created_at": now, "updated_at": now, "deleted_at": hidden_at}
    made = connection.execute(insert(_conversation).values(user_id=user_id, **values, **times))
    return Unseen(int(made.inserted_primary_key[0]), hidden_at)  # type: ignore[index]


def hold_unseen(connection: Connection, unseen: Unseen) -> Row[Any]:
    """Lock it; ConversationNotFound where it is no longer as it was left: gone with its account,
    purged, or restored where the retention is longer."""
    its = (
        _conversation.c.id == unseen.conversation_id,
        _conversation.c.deleted_at == unseen.hidden_at,
    )
    row = connection.execute(select(_conversation).where(*its).with_for_update()).first()
    if row is None:
        raise ConversationNotFound
    return row


def show_whole(
    connection: Connection, user_id: int, row: Row[Any], messages: int, retention: timedelta
) -> None:
    """Have its user see it, with so many messages on its path."""
    since = utc_now() - retention
    same = _conversation.c.id == row.id
    tally.hold(connection, user_id, since)
    # Who removed the folder before this was committed did not see what is in it.
    is_in_folder = row.folder_id is not None and is_there(connection, row.folder_id)
    folder_id = row.folder_id if is_in_folder else None
    values = {"deleted_at": None, "message_count": messages, "folder_id": folder_id}
    connection.execute(update(_conversation).where(same).values(**values))
    tally.change(connection, user_id, since, None, row._asdict() | values)
