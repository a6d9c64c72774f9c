"""Accounts: registered, logged in, looked up, disabled."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import validate_email
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.config import Settings
from app.database import Database, table_of
from app.errors import (
    EmailTaken,
    InvalidCredentials,
    InvalidToken,
    RegistrationClosed,
    ServerBusy,
    UsernameTaken,
)
from app.models import ModelConfig, User, utc_now
from app.schemas.user import LoginRequest, Token, UserCreate, UserRead
from app.utils.names import canonical, check_username
from app.utils.security import (
    Claims,
    create_access_token,
    hash_password,
    read_access_token,
    unmatched_hash,
    verify_password,
)

HASH_THREADS = 2
HASH_QUEUE = 64
"""Logins that may wait for a thread; at ~200 ms each, more would only time out."""

_user = table_of(User)
_config = table_of(ModelConfig)


@dataclass(frozen=True, slots=True)
class Account:
    """A user who may act now."""

    id: int
    username: str
    email: str
    created_at: datetime
    has_config: bool


class PasswordThreads:
    """bcrypt in a few threads with a short queue, so that a login storm delays nobody else."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(HASH_THREADS, thread_name_prefix="bcrypt")
        self._waiting = 0

    async def run[T](self, work: Callable[..., T], *args: object) -> T:
        """Run `work(*args)` in a thread; ServerBusy when too many wait already."""
        if self._waiting >= HASH_QUEUE:
            raise ServerBusy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class AuthService:
    """Who somebody is."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._threads = PasswordThreads()
        self._nobody = unmatched_hash(settings.bcrypt_rounds)

    async def register(self, request: UserCreate) -> UserRead:
        """A new account; RegistrationClosed, InvalidUsername, UsernameTaken or EmailTaken."""
        if self._settings.registration == "closed":
            raise RegistrationClosed
        return await self.create_user(request)

    async def create_user(self, request: UserCreate) -> UserRead:
        """A new account, whether registration is open or not (the command line's way)."""
        check_username(request.username)
        keys = (canonical(request.username), canonical(request.email))
        await self._database.read(_refuse_taken, *keys)
        hashed = await self._threads.run(
            hash_password, request.password, self._settings.bcrypt_rounds
        )
        try:
            return await self._database.write(_insert, request, keys, hashed)
        except IntegrityError:  # somebody was quicker
            await self._database.read(_refuse_taken, *keys)
            raise

    async def login(self, request: LoginRequest) -> Token:
        """A token; InvalidCredentials for a wrong name, a wrong password or a disabled account."""
        user = await self._database.read(_by_name, _login_key(request.username_or_email))
        expected = self._nobody if user is None else user.password_hash
        matches = await self._threads.run(verify_password, request.password, expected)
        if user is None or not matches or user.yn != 1:
            raise InvalidCredentials
        lifetime = self._settings.jwt_access_token_expire_minutes * 60
        secret = self._settings.secret_key.get_secret_value()
        return Token(
            access_token=create_access_token(secret, user.id, lifetime), expires_in=lifetime
        )

    def read_token(self, token: str) -> Claims:
        """The claims of a valid access token; InvalidToken for any other."""
        return read_access_token(self._settings.secret_key.get_secret_value(), token)

    async def account(self, user_id: int) -> Account:
        """The account, as long as it exists and is not disabled; else InvalidToken."""
        account = await self._database.read(_account, user_id)
        if account is None:
            raise InvalidToken
        return account

    async def usable(self, user_ids: set[int]) -> set[int]:
        """Those of the users who exist and are not disabled."""
        return await self._database.read(_usable, user_ids)

    async def set_enabled(self, username: str, enabled: bool) -> bool:
        """Disable an account everywhere at once, or enable it; False when there is none."""
        return await self._database.write(_set_yn, canonical(username), int(enabled))

    def close(self) -> None:
        """Let the hashing threads end."""
        self._threads.close()


def _login_key(name: str) -> bytes:
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
    return UserRead(id=id, username=request.username, email=request.email, created_at=now)


def _by_name(connection: Connection, key: bytes) -> Any:
    column = _user.c.email_key if b"@" in key else _user.c.username_key
    return connection.execute(
        select(_user.c.id, _user.c.password_hash, _user.c.yn).where(column == key)
    ).first()


def _account(connection: Connection, user_id: int) -> Account | None:
    has_config = select(_config.c.id).where(_config.c.user_id == _user.c.id).exists()
    row = connection.execute(
        select(_user.c.id, _user.c.username, _user.c.email, _user.c.created_at, has_config).where(
            _user.c.id == user_id, _user.c.yn == 1
        )
    ).first()
    return None if row is None else Account(row[0], row[1], row[2], row[3], bool(row[4]))


def _usable(connection: Connection, user_ids: set[int]) -> set[int]:
    rows = connection.execute(select(_user.c.id).where(_user.c.id.in_(user_ids), _user.c.yn == 1))
    return set(rows.scalars())


def _set_yn(connection: Connection, username_key: bytes, yn: int) -> bool:
    same = _user.c.username_key == username_key
    return connection.execute(update(_user).where(same).values(yn=yn)).rowcount == 1
