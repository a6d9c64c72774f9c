"""Accounts, as administrators see and change them."""

from app.database import Database
from app.schemas.admin import AdminUserDetail, AdminUserList, UserStatus
from app.services.admin import rows
from app.services.admin.place import key_of
from app.services.admin.rows import UsersWanted
from app.utils.names import canonical


class AdminService:
    """Everybody's accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def users(
        self,
        prefix: str | None,
        status: UserStatus | None,
        group_id: int | None,
        cursor: str | None,
        limit: int,
    ) -> AdminUserList:
        """A page of users; InvalidInput for a cursor that is none."""
        begins = None if prefix is None else canonical(prefix.strip()) or None
        wanted = UsersWanted(begins, status, group_id, key_of(cursor), limit)
        return await self._database.read(rows.listed, wanted)

    async def user(self, user_id: int) -> AdminUserDetail:
        """A user; UserNotFound."""
        return await self._database.read(rows.detail, user_id)
