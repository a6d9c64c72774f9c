"""Everybody's keys as the operator sees them: whose, since when, for what; never a key."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.database import Database, table_of
from app.errors import KeyNotFound
from app.models import ProgramKey, User
from app.services.keys import rows
from app.utils.names import canonical

LISTED_AT_ONCE = 500

_key = table_of(ProgramKey)
_user = table_of(User)


@dataclass(frozen=True, slots=True)
class OperatorKey:
    """A key, without what it is called: that is its owner's."""

    id: int
    user: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class OperatorKeys:
    """What the command line does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, user: str | None) -> AsyncIterator[list[OperatorKey]]:
        """The keys of everybody, or of the user of this name, a page at a time, oldest first."""
        key = None if user is None else canonical(user)
        after = 0
        while page := await self._database.read(_page, key, after):
            yield page
            after = page[-1].id

    async def revoke(self, id: int) -> bool:
        """Revoke a key; False without one."""
        return await self._database.write(_revoke, id)

    async def revoke_all_of(self, user: str) -> int | None:
        """Revoke the keys of the user of this name: how many; None without that user."""
        return await self._database.write(_revoke_all, canonical(user))


def _page(connection: Connection, username_key: bytes | None, after: int) -> list[OperatorKey]:
    named = (
        select(
            _key.c.id,
            _user.c.username.label("user"),
            _key.c.prefix,
            _key.c.created_at,
            _key.c.expires_at,
            _key.c.last_used_at,
        )
        .join(_user, _user.c.id == _key.c.user_id)
        .where(_key.c.id > after)
    )
    if username_key is not None:
        named = named.where(_user.c.username_key == username_key)
    found = connection.execute(named.order_by(_key.c.id).limit(LISTED_AT_ONCE))
    return [OperatorKey(**row._mapping) for row in found]


def _revoke(connection: Connection, id: int) -> bool:
    owner = connection.execute(select(_key.c.user_id).where(_key.c.id == id)).scalar()
    if owner is None:
        return False
    try:
        rows.revoke(connection, owner, id)
    except KeyNotFound:  # its owner was quicker
        return False
    return True


def _revoke_all(connection: Connection, username_key: bytes) -> int | None:
    same = select(_user.c.id).where(_user.c.username_key == username_key)
    user_id = connection.execute(same).scalar()
    return None if user_id is None else rows.revoke_all(connection, user_id)
