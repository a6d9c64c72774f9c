"""What only the password allows, and what gives a new one."""

from datetime import timedelta

from sqlalchemy import Connection, delete, select, update

from app.database import Database, table_of, upsert
from app.errors import InvalidResetToken, WrongPassword
from app.models import Conversation, PasswordReset, User, utc_now
from app.services.password_threads import PasswordThreads
from app.services.refreshing import revoke_all
from app.services.session_service import Account
from app.utils.names import canonical
from app.utils.tokens import opaque_token, token_hash

RESET_LIFETIME = timedelta(hours=1)

_user = table_of(User)
_conversation = table_of(Conversation)
_reset = table_of(PasswordReset)


class PasswordService:
    """Changes passwords and deletes accounts."""

    def __init__(self, database: Database, threads: PasswordThreads) -> None:
        self._database = database
        self._threads = threads

    async def change(self, account: Account, old: str, new: str) -> None:
        """Set a new password and end the other sessions; WrongPassword, PasswordTooCommon."""
        known = await self._checked(account.id, old)
        hashed = await self._threads.hash(new)
        await self._database.write(_change, account, known, hashed)

    async def make_reset(self, username: str) -> str | None:
        """A token that sets a new password once, within an hour; None without such a user."""
        token = opaque_token()
        made = await self._database.write(_make_reset, canonical(username), token_hash(token))
        return token if made else None

    async def reset(self, token: str, new: str) -> None:
        """Set a new password and end every session; InvalidResetToken, PasswordTooCommon."""
        hash = token_hash(token)
        await self._database.read(_reset_of, hash)
        hashed = await self._threads.hash(new)
        await self._database.write(_use_reset, hash, hashed)

    async def delete_account(self, user_id: int, password: str) -> None:
        """Remove a user and all that is theirs; WrongPassword.

        Conversation by conversation, so that no transaction takes long. When it breaks off, the
        account is still there and the rest can be deleted by asking again.
        """
        await self._checked(user_id, password)
        while await self._database.write(_delete_conversation, user_id):
            pass
        await self._database.write(_delete_user, user_id)

    async def _checked(self, user_id: int, password: str) -> str:
        known = await self._database.read(_password_hash, user_id)
        if not await self._threads.matches(password, known):
            raise WrongPassword
        assert known is not None
        return known


def _password_hash(connection: Connection, user_id: int) -> str | None:
    mine = select(_user.c.password_hash).where(_user.c.id == user_id)
    return connection.execute(mine).scalar()


def _set_password(connection: Connection, user_id: int, hashed: str) -> None:
    connection.execute(update(_user).where(_user.c.id == user_id).values(password_hash=hashed))
    connection.execute(delete(_reset).where(_reset.c.user_id == user_id))


def _change(connection: Connection, account: Account, known: str, hashed: str) -> None:
    mine = select(_user.c.password_hash).where(_user.c.id == account.id).with_for_update()
    if connection.execute(mine).scalar() != known:  # somebody was quicker
        raise WrongPassword
    _set_password(connection, account.id, hashed)
    revoke_all(connection, account.id, but=account.session_id)


def _make_reset(connection: Connection, username_key: bytes, hash: bytes) -> bool:
    found = select(_user.c.id).where(_user.c.username_key == username_key)
    user_id = connection.execute(found).scalar()
    if user_id is None:
        return False
    values = {"hash": hash, "expires_at": utc_now() + RESET_LIFETIME}
    upsert(connection, _reset, [{"user_id": user_id} | values], values)
    return True


def _reset_of(connection: Connection, hash: bytes, lock: bool = False) -> int:
    good = select(_reset.c.user_id).where(_reset.c.hash == hash, _reset.c.expires_at > utc_now())
    user_id = connection.execute(good.with_for_update() if lock else good).scalar()
    if user_id is None:
        raise InvalidResetToken
    return int(user_id)


def _use_reset(connection: Connection, hash: bytes, hashed: str) -> None:
    user_id = _reset_of(connection, hash, lock=True)
    _set_password(connection, user_id, hashed)
    revoke_all(connection, user_id)


def _delete_conversation(connection: Connection, user_id: int) -> bool:
    mine = select(_conversation.c.id).where(_conversation.c.user_id == user_id).limit(1)
    id = connection.execute(mine).scalar()
    if id is None:
        return False
    connection.execute(delete(_conversation).where(_conversation.c.id == id))
    return True


def _delete_user(connection: Connection, user_id: int) -> None:
    connection.execute(delete(_user).where(_user.c.id == user_id))
