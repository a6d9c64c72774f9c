"""Logging in: a name and a password for a session, and a second factor where there is one."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from app.database import Database, table_of
from app.encryption import KeyVault
from app.engines.prepared import Prepared
from app.errors import (
    ApprovalPending,
    EmailUnverified,
    InvalidCredentials,
    SecondFactorRequired,
    SecondStepOver,
    ServerBusy,
    WrongCode,
)
from app.metrics import logins_failed
from app.models import User
from app.models.user import ACTIVE, PENDING
from app.schemas.factor import SecondLogin
from app.schemas.passkey import PasskeyGiven
from app.schemas.session import Token
from app.schemas.user import LoginRequest
from app.services.auth.challenges import Purpose
from app.services.auth.factor_state import kinds_of
from app.services.auth.given_factor import take
from app.services.auth.hash_threads import PasswordThreads
from app.services.auth.passkey_rows import use
from app.services.auth.passkeys import PasskeyService, counted
from app.services.auth.provider_login import keep_of_step
from app.services.auth.refresh_tokens import Device
from app.services.auth.second_step import close_step, open_step, user_of
from app.services.auth.sessions import SessionService
from app.services.auth.totp import load
from app.services.settings.live import LiveSettings
from app.services.settings.rows import stored_value
from app.utils.names import canonical, email_address
from app.utils.security import with_mark
from app.utils.tokens import opaque_token, token_hash

_user = table_of(User)
_KNOWN = select(
    _user.c.id,
    _user.c.password_hash,
    _user.c.status,
    _user.c.has_factor,
    _user.c.email_verified_at,
    stored_value("require_verified_email").label("required"),
)
_BY_NAME, _BY_EMAIL = (
    Prepared(_KNOWN.where(column == bindparam("key", type_=column.type)))
    for column in (_user.c.username_key, _user.c.email_key)
)


class AuthService:
    """Checks who somebody is, and logs them in."""

    def __init__(
        self,
        database: Database,
        vault: KeyVault,
        threads: PasswordThreads,
        sessions: SessionService,
        settings: LiveSettings,
        passkeys: PasskeyService,
    ) -> None:
        self._database = database
        self._vault = vault
        self._threads = threads
        self._sessions = sessions
        self._settings = settings
        self._passkeys = passkeys

    async def login(self, request: LoginRequest, device: Device) -> Token:
        """A new session; InvalidCredentials for a wrong name or password or a disabled account,
        SecondFactorRequired with a ticket where the account has a second factor.

        Whoever gives the right password is told why they may not log in yet: ApprovalPending,
        EmailUnverified.
        """
        user = await self._matched(request)
        known = await self._up_to_date(user, request)
        if user.has_factor:
            ticket = opaque_token()
            kinds = await self._database.write(_open_step, user.id, known, token_hash(ticket))
            raise SecondFactorRequired(ticket, kinds)
        return await self._sessions.begin(user.id, known, device)

    async def whose(self, ticket: str | None) -> int:
        """Whose second step a ticket is for; SecondStepOver."""
        if ticket is None:
            raise SecondStepOver
        return await self._database.read(user_of, token_hash(ticket))

    async def second(self, request: SecondLogin, device: Device, host: str | None) -> Token:
        """A new session for a ticket and a second factor; SecondStepOver, WrongCode, and as
        `PasskeyService.given`. `host`: by which the request called this server."""
        if request.passkey is not None:
            return await self._second_by_passkey(request, request.passkey, device, host)
        await asyncio.to_thread(load)
        proof = partial(
            _proven, request=request, prove=partial(take, vault=self._vault, given=request)
        )
        after = partial(keep_of_step, ticket_hash=token_hash(request.ticket or ""))
        try:
            return await self._sessions.begin_proven(proof, device, after)
        except WrongCode:
            logins_failed.add()
            raise

    async def _second_by_passkey(
        self, request: SecondLogin, passkey: PasskeyGiven, device: Device, host: str | None
    ) -> Token:
        with counted(login=True):
            user_id = await self.whose(request.ticket)
            assertion = await self._passkeys.given(host, passkey, Purpose.SECOND, user_id)
            proof = partial(_proven, request=request, prove=partial(use, given=assertion))
            after = partial(keep_of_step, ticket_hash=token_hash(request.ticket or ""))
            return await self._sessions.begin_proven(proof, device, after)

    async def _matched(self, request: LoginRequest) -> Any:
        user = await self._known(request)
        if user.status == PENDING:
            raise ApprovalPending(user.id)
        if user.email_verified_at is None and self._settings.requires_verified_email(user.required):
            raise EmailUnverified(user.id)
        return user

    async def _known(self, request: LoginRequest) -> Any:
        """The account that may be used, or waits to be approved, of this name and password."""
        user = await self._database.read(_by_name, login_key(request.username_or_email))
        expected = None if user is None else user.password_hash
        matches = await self._threads.matches(request.password, expected)
        if user is None or not matches or user.status not in (ACTIVE, PENDING):
            logins_failed.add()
            raise InvalidCredentials(None if user is None else user.id)
        return user

    async def unverified(self, request: LoginRequest) -> int | None:
        """Whose name and password these are, where their address is not confirmed, whether it has
        to be or not; None where it is. Raises InvalidCredentials."""
        user = await self._known(request)
        return int(user.id) if user.email_verified_at is None else None

    async def _up_to_date(self, user: Any, request: LoginRequest) -> str:
        """The hash of a user who gave the password, stored anew where its cost is another, or the
        release before wrote it without the mark."""
        known = str(user.password_hash)
        unmarked = user.has_factor and known != with_mark(known)
        if not unmarked and not self._threads.is_outdated(known):
            return known
        try:
            new = await self._threads.hash_again(request.password)
        except ServerBusy:  # a later login will do it
            return known
        new = with_mark(new) if user.has_factor else new
        if await self._database.write(_swap_hash, user.id, known, new):
            return new
        return str((await self._matched(request)).password_hash)  # somebody was quicker


def login_key(name: str) -> bytes:
    """The key of a user name or e-mail address, the latter normalised as when it was registered."""
    if "@" in name:
        with suppress(ValueError):
            name = email_address(name.strip())
    return canonical(name.strip())


def _by_name(connection: Connection, key: bytes) -> Any:
    return (_BY_EMAIL if b"@" in key else _BY_NAME).first(connection, {"key": key})


def _swap_hash(connection: Connection, id: int, known: str, new: str) -> bool:
    unchanged = (_user.c.id == id, _user.c.password_hash == known)
    return (
        connection.execute(update(_user).where(*unchanged).values(password_hash=new)).rowcount == 1
    )


def _open_step(connection: Connection, user_id: int, known: str, hash: bytes) -> list[str]:
    open_step(connection, user_id, known, hash)
    return kinds_of(connection, user_id)


def _proven(
    connection: Connection, request: SecondLogin, prove: Callable[..., object]
) -> tuple[int, str]:
    """Whose ticket this is, and their hash; the ticket and the factor are used up."""
    hash = token_hash(request.ticket or "")
    user_id = user_of(connection, hash)
    mine = select(_user.c.password_hash).where(_user.c.id == user_id)
    known = connection.execute(mine.with_for_update()).scalar()
    if known is None:  # the account was deleted meanwhile, and its tickets with it
        raise SecondStepOver
    close_step(connection, hash)
    prove(connection, user_id=user_id)
    return user_id, known
