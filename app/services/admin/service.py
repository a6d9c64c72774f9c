"""Accounts, as administrators see and change them."""

from app.database import Database
from app.errors import Language
from app.schemas.admin import AdminUser, AdminUserDetail, AdminUserList, AdminUserUpdate
from app.schemas.user import UserStatus
from app.services.admin import changes, rows
from app.services.admin.place import key_of
from app.services.admin.rows import UsersWanted
from app.services.auth.account import Account
from app.services.auth.passwords import Reset
from app.services.mail.service import MailService
from app.utils.names import canonical
from app.utils.tokens import opaque_token, token_hash


class AdminService:
    """Everybody's accounts. What changes something raises LoginTooOld and AdminOnly, and
    UserNotFound."""

    def __init__(self, database: Database, mail: MailService) -> None:
        self._database = database
        self._mail = mail

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

    async def change(self, admin: Account, user_id: int, wanted: AdminUserUpdate) -> AdminUser:
        """Change what is given; UserDeleted, OwnAccount, GroupNotFound."""
        await self._database.write(changes.change, admin, user_id, wanted)
        return await self._one(user_id)

    async def approve(self, admin: Account, user_id: int) -> AdminUser:
        """Let somebody in who waits for it; NotPending."""
        await self._database.write(changes.approve, admin, user_id)
        return await self._one(user_id)

    async def trash(self, admin: Account, user_id: int) -> None:
        """Delete an account, so that it can be restored for some days; OwnAccount."""
        await self._database.write(changes.trash, admin, user_id)

    async def restore(self, admin: Account, user_id: int) -> AdminUser:
        """Bring a deleted account back; NotDeleted."""
        await self._database.write(changes.restore, admin, user_id)
        return await self._one(user_id)

    async def end_sessions(self, admin: Account, user_id: int) -> None:
        """End all of somebody's logins."""
        await self._database.write(changes.end_sessions, admin, user_id)

    async def address_of(self, admin: Account, user_id: int) -> str:
        """Where a link for a new password goes; NotActive."""
        return await self._database.read(changes.address_of, admin, user_id)

    async def send_reset(self, admin: Account, user_id: int, language: Language) -> None:
        """Have a link for a new password sent to the address on file; NotActive, ServerBusy."""
        token = opaque_token()
        made = await self._database.write(changes.make_reset, admin, user_id, token_hash(token))
        self._mail.send_made(Reset(*made, token), language)

    async def _one(self, user_id: int) -> AdminUser:
        return await self._database.read(rows.one, user_id)
