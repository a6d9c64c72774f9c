"""What requires the password, and how a new one is set."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, case, delete, or_, select, update

from app.config import Settings
from app.database import Database, table_of, upserting
from app.errors import FieldMissing, InvalidResetToken, InvalidToken, WrongPassword
from app.models import PasswordReset, User, utc_now
from app.models.user import HAS_PASSWORD
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account
from app.services.auth.hash_threads import PasswordThreads
from app.services.auth.recent import require_recent
from app.services.auth.refresh_tokens import revoke_all
from app.services.auth.second_step import forget_steps
from app.services.auth.ways import require_other_way
from app.utils.names import canonical
from app.utils.security import NO_PASSWORD, has_password, with_mark
from app.utils.tokens import opaque_token, token_hash

RESET_LIFETIME = timedelta(hours=1)

_user = table_of(User)
_reset = table_of(PasswordReset)


@dataclass(frozen=True, slots=True)
class Reset:
    """A token for a new password, and whose it is."""

    username: str
    email: str
    token: str


class PasswordService:
    """Changes passwords, and checks them."""

    def __init__(self, database: Database, threads: PasswordThreads, settings: Settings) -> None:
        self._database = database
        self._threads = threads
        self._issuers = settings.oidc_issuers

    async def change(self, account: Account, old: str | None, new: str) -> None:
        """Set a new password, or the first one, and end the other sessions; PasswordTooCommon, and
        as `prove`."""
        known = await self.prove(account, old, "old_password")
        hashed = await self._threads.hash(new)
        await self._database.write(_change, account, known, hashed)

    async def remove(self, account: Account) -> None:
        """Leave an account without its password, and end the other sessions; LoginTooOld,
        LastWay."""
        await self._database.write(_remove, account, self._issuers)

    async def make_reset(self, username: str) -> str | None:
        """A token that sets a new password once, within an hour; None without such a user."""
        token = opaque_token()
        made = await self._database.write(_make_reset, canonical(username), token_hash(token))
        return token if made else None

    async def make_reset_for(self, email: str) -> Reset | None:
        """The same for the account with this address; None where there is none, or it is disabled,
        or logged in to elsewhere alone.

        To be sent to the address as it was registered, not as it was given now.
        """
        token = opaque_token()
        whose = await self._database.write(_make_mailed, canonical(email), token_hash(token))
        return whose and Reset(*whose, token)

    async def reset(self, token: str, new: str) -> None:
        """Set a new password and end every session; InvalidResetToken, PasswordTooCommon."""
        hash = token_hash(token)
        await self._database.read(_reset_of, hash)
        hashed = await self._threads.hash(new)
        await self._database.write(_use_reset, hash, hashed)

    async def prove(self, account: Account, password: str | None, field: str = "password") -> str:
        """See that it is their owner who asks for what nobody else may; the stored hash.

        By the password, and where that is not all that a login asks for, or there is none, by a
        login of the last 15 minutes. Raises LoginTooOld, FieldMissing, WrongPassword.
        """
        known = await self._database.read(_recently, account)
        if has_password(known):
            if password is None:
                raise FieldMissing(field)
            await self._require(password, known)
        return known

    async def check(self, user_id: int, password: str) -> str:
        """The stored hash of the user's password, if this is the password; WrongPassword."""
        known = await self._database.read(_password_hash, user_id)
        await self._require(password, known)
        assert known is not None
        return known

    async def _require(self, password: str, known: str | None) -> None:
        if not await self._threads.matches(password, known):
            raise WrongPassword


def _password_hash(connection: Connection, user_id: int) -> str | None:
    mine = select(_user.c.password_hash).where(_user.c.id == user_id)
    return connection.execute(mine).scalar()


def _recently(connection: Connection, account: Account) -> str:
    """The stored hash of the user's password; LoginTooOld where that is not enough, or is none."""
    known = _password_hash(connection, account.id)
    if known is None:  # the account was deleted after its token was checked
        raise InvalidToken
    if account.has_factor or not has_password(known):
        require_recent(connection, account.session_id)
    return known


def _set_password(connection: Connection, user_id: int, hashed: str) -> None:
    stored = case((_user.c.has_factor == 1, with_mark(hashed)), else_=hashed)
    connection.execute(update(_user).where(_user.c.id == user_id).values(password_hash=stored))
    connection.execute(delete(_reset).where(_reset.c.user_id == user_id))
    forget_steps(connection, user_id)


def _change(connection: Connection, account: Account, known: str, hashed: str) -> None:
    mine = select(_user.c.password_hash).where(_user.c.id == account.id).with_for_update()
    if connection.execute(mine).scalar() != known:  # somebody was quicker
        raise WrongPassword
    _set_password(connection, account.id, hashed)
    revoke_all(connection, account.id, but=account.session_id)
    record(connection, AuditAction.PASSWORD_CHANGED, account.id)


def _remove(connection: Connection, account: Account, issuers: frozenset[str]) -> None:
    require_recent(connection, account.session_id)
    require_other_way(connection, account.id, issuers, without="password")
    if not has_password(_password_hash(connection, account.id) or NO_PASSWORD):
        return
    _set_password(connection, account.id, NO_PASSWORD)
    revoke_all(connection, account.id, but=account.session_id)
    record(connection, AuditAction.PASSWORD_REMOVED, account.id, session_id=account.session_id)


def _make_reset(connection: Connection, username_key: bytes, hash: bytes) -> bool:
    found = select(_user.c.id).where(_user.c.username_key == username_key)
    user_id = connection.execute(found.with_for_update()).scalar()
    if user_id is None:
        return False
    keep_reset(connection, user_id, hash)
    return True


def _make_mailed(connection: Connection, email_key: bytes, hash: bytes) -> tuple[str, str] | None:
    # Who has neither logs in elsewhere: a mailbox is not to be a way past that.
    asked = or_(HAS_PASSWORD, _user.c.has_factor == 1)
    mine = (_user.c.email_key == email_key, _user.c.yn == 1, asked)
    found = select(_user.c.id, _user.c.username, _user.c.email).where(*mine)
    user = connection.execute(found.with_for_update()).first()
    if user is None:
        return None
    keep_reset(connection, user.id, hash)
    return user.username, user.email


def keep_reset(connection: Connection, user_id: int, hash: bytes, **by: Any) -> None:
    """Have a token set a user's password once, within an hour. `by`: who else asked for it."""
    values = {"hash": hash, "expires_at": utc_now() + RESET_LIFETIME}
    connection.execute(upserting(connection.dialect, _reset, values), {"user_id": user_id} | values)
    record(connection, AuditAction.RESET_LINK_MADE, user_id, **by)


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
    record(connection, AuditAction.PASSWORD_RESET, user_id)
