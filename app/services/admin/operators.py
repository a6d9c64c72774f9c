"""Accounts by their names, as the command line changes them."""

from collections.abc import Callable

from sqlalchemy import Connection, select

from app.database import Database, table_of
from app.errors import UserNotFound
from app.models import User
from app.schemas.admin import AdminUser, AdminUserDetail, AdminUserUpdate
from app.schemas.user import Role
from app.services.admin import changes, rows
from app.services.auth.account import Account
from app.utils.names import canonical

_user = table_of(User)

type Change = Callable[[Connection, Account | None, int], None]


class OperatorAccounts:
    """What the command line does. Everything raises UserNotFound."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> AdminUserDetail:
        """An account, and how much there is of it."""
        return await self._database.read(_get, canonical(name))

    async def set_role(self, name: str, role: Role) -> AdminUser:
        """Make somebody an administrator, or one no longer; UserDeleted, LastAdmin."""
        wanted = AdminUserUpdate(role=role)

        def change(connection: Connection, admin: Account | None, user_id: int) -> None:
            changes.change(connection, admin, user_id, wanted)

        return await self._database.write(_change, canonical(name), change)

    async def approve(self, name: str) -> AdminUser:
        """Let somebody in who waits for it; NotPending."""
        return await self._database.write(_change, canonical(name), changes.approve)

    async def trash(self, name: str) -> AdminUser:
        """Delete an account, so that it can be restored for some days; LastAdmin."""
        return await self._database.write(_change, canonical(name), changes.trash)

    async def restore(self, name: str) -> AdminUser:
        """Bring a deleted account back; NotDeleted."""
        return await self._database.write(_change, canonical(name), changes.restore)


def _get(connection: Connection, username_key: bytes) -> AdminUserDetail:
    return rows.detail(connection, _id_of(connection, username_key))


def _change(connection: Connection, username_key: bytes, change: Change) -> AdminUser:
    user_id = _id_of(connection, username_key)
    change(connection, None, user_id)
    return rows.one(connection, user_id)


def _id_of(connection: Connection, username_key: bytes) -> int:
    same = select(_user.c.id).where(_user.c.username_key == username_key)
    user_id: int | None = connection.execute(same).scalar()
    if user_id is None:
        raise UserNotFound
    return user_id
