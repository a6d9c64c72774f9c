"""Everybody's links as the operator sees them: whose, since when, until when; nothing they show."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.database import Database, table_of
from app.models import Share, User, utc_now
from app.services.conversations.shares import end_shares
from app.services.sharing.rows import good
from app.utils.names import canonical

LISTED_AT_ONCE = 500

_share = table_of(Share)
_user = table_of(User)


@dataclass(frozen=True, slots=True)
class OperatorShare:
    """A link that is good."""

    id: int
    user: str
    conversation_id: int
    messages: int
    views: int
    created_at: datetime
    expires_at: datetime | None


class OperatorShares:
    """What the command line does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, user: str | None) -> AsyncIterator[list[OperatorShare]]:
        """The links of everybody, or of the user of this name, a page at a time, oldest first."""
        key = None if user is None else canonical(user)
        after = 0
        while page := await self._database.read(_page, key, after):
            yield page
            after = page[-1].id

    async def end(self, id: int) -> bool:
        """End a link; False without one that is good."""
        return bool(await self._database.write(_end, id))

    async def end_all_of(self, user: str) -> int | None:
        """End the links of the user of this name: how many; None without that user."""
        return await self._database.write(_end_all, canonical(user))


def _page(connection: Connection, username_key: bytes | None, after: int) -> list[OperatorShare]:
    named = (
        select(
            _share.c.id,
            _user.c.username.label("user"),
            _share.c.conversation_id,
            _share.c.messages,
            _share.c.views,
            _share.c.created_at,
            _share.c.expires_at,
        )
        .join(_user, _user.c.id == _share.c.user_id)
        .where(_share.c.id > after, good(utc_now()))
    )
    if username_key is not None:
        named = named.where(_user.c.username_key == username_key)
    rows = connection.execute(named.order_by(_share.c.id).limit(LISTED_AT_ONCE))
    return [OperatorShare(**row._mapping) for row in rows]


def _end(connection: Connection, id: int) -> int:
    its = (_share.c.id == id, good(utc_now()))
    row = connection.execute(select(_share.c.user_id, _share.c.conversation_id).where(*its)).first()
    if row is None:
        return 0
    about = {"share_id": id, "conversation_id": row.conversation_id}
    return end_shares(connection, row.user_id, *its, about=about)


def _end_all(connection: Connection, username_key: bytes) -> int | None:
    same = select(_user.c.id).where(_user.c.username_key == username_key)
    user_id = connection.execute(same).scalar()
    return None if user_id is None else end_shares(connection, user_id, good(utc_now()))
