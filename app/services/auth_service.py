"""Accounts: registered, logged in, disabled."""

from contextlib import suppress
from typing import Any

from pydantic import validate_email
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.config import Settings
from app.database import Database, table_of
from app.errors import EmailTaken, InvalidCredentials, RegistrationClosed, ServerBusy, UsernameTaken
from app.metrics import logins_failed
from app.models import PasswordReset, User, utc_now
from app.schemas.session import Token
from app.schemas.user import LoginRequest, UserCreate, UserRead
from app.services.audit.events import Action, record
from app.services.password_threads import PasswordThreads
from app.services.refreshing import Device, revoke_all
from app.services.session_service import SessionService
from app.utils.names import canonical, check_username

_user = table_of(User)
_reset = table_of(PasswordReset)


class AuthService:
    """Who somebody is."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        threads: PasswordThreads,
        sessions: SessionService,
    ) -> None:
        self._database = database
        self._settings = settings
        self._threads = threads
        self._sessions = sessions

    async def register(self, request: UserCreate) -> UserRead:
        """A new account; RegistrationClosed, or as `create_user`."""
        if self._settings.registration == "closed":
            raise RegistrationClosed
        return await self.create_user(request)

    async def create_user(self, request: UserCreate) -> UserRead:
        """A new account, whether registration is open or not (the command line's way).

        Raises InvalidUsername, UsernameTaken, EmailTaken or PasswordTooCommon.
        """
        check_username(request.username)
        keys = (canonical(request.username), canonical(request.email))
        await self._database.read(_refuse_taken, *keys)
        hashed = await self._threads.hash(request.password)
        try:
            return await self._database.write(_insert, request, keys, hashed)
        except IntegrityError:  # somebody was quicker
            await self._database.read(_refuse_taken, *keys)
            raise

    async def login(self, request: LoginRequest, device: Device) -> Token:
        """A new session; InvalidCredentials for a wrong name or password or a disabled account."""
        user = await self._matched(request)
        known = await self._up_to_date(user, request)
        return await self._sessions.begin(user.id, known, device)

    async def _matched(self, request: LoginRequest) -> Any:
        user = await self._database.read(_by_name, login_key(request.username_or_email))
        expected = None if user is None else user.password_hash
        matches = await self._threads.matches(request.password, expected)
        if user is None or not matches or user.yn != 1:
            logins_failed.add()
            raise InvalidCredentials(user_id=None if user is None else user.id)
        return user

    async def _up_to_date(self, user: Any, request: LoginRequest) -> str:
        """The hash of a user who gave the password, stored anew where its cost is another."""
        known = str(user.password_hash)
        if not self._threads.is_outdated(known):
            return known
        try:
            new = await self._threads.hash_again(request.password)
        except ServerBusy:  # another login will do it
            return known
        if await self._database.write(_swap_hash, user.id, known, new):
            return new
        return str((await self._matched(request)).password_hash)  # somebody was quicker

    async def set_enabled(self, username: str, enabled: bool) -> bool:
        """Disable an account and end its logins, or enable it; False when there is none."""
        return await self._database.write(_set_yn, canonical(username), int(enabled))


def login_key(name: str) -> bytes:
    """The key of a user name or e-mail address, the latter normalised as when it was registered."""
    if "@" in name:
        with suppress(PydanticCustomError):
            name = validate_email(name)[1]
    return canonical(name.strip())


def _refuse_taken(connection: Connection, username_key: bytes, email_key: bytes) -> None:
    if connection.execute(select(_user.c.id).where(_user.c.username_key == username_key)).first():
        raise UsernameTaken
    if connection.execute(select(_user.c.id).where(_user.c.email_key == email_key)).first():
        raise EmailTaken


def _insert(
    connection: Connection, request: UserCreate, keys: tuple[bytes, bytes], hashed: str
) -> UserRead:
    now = utc_now()
    result = connection.execute(
        insert(_user).values(
            username=request.username,
            username_key=keys[0],
            email=request.email,
            email_key=keys[1],
            password_hash=hashed,
            created_at=now,
        )
    )
    id = result.inserted_primary_key[0]  # type: ignore[index]
    record(connection, Action.ACCOUNT_CREATED, id)
    return UserRead(id=id, username=request.username, email=request.email, created_at=now)


def _by_name(connection: Connection, key: bytes) -> Any:
    column = _user.c.email_key if b"@" in key else _user.c.username_key
    return connection.execute(
        select(_user.c.id, _user.c.password_hash, _user.c.yn).where(column == key)
    ).first()


def _swap_hash(connection: Connection, id: int, known: str, new: str) -> bool:
    unchanged = (_user.c.id == id, _user.c.password_hash == known)
    return (
        connection.execute(update(_user).where(*unchanged).values(password_hash=new)).rowcount == 1
    )


def _set_yn(connection: Connection, username_key: bytes, yn: int) -> bool:
    same = _user.c.username_key == username_key
    id = connection.execute(select(_user.c.id).where(same).with_for_update()).scalar()
    if id is None:
        return False
    connection.execute(update(_user).where(same).values(yn=yn))
    if not yn:  # so that whoever is let in again is the one who knows the password
        revoke_all(connection, id)
        connection.execute(delete(_reset).where(_reset.c.user_id == id))
    record(connection, Action.ACCOUNT_ENABLED if yn else Action.ACCOUNT_DISABLED, id)
    return True
