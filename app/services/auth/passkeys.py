"""Passkeys: added, used in the place of a password or beside it, and removed."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from app.config import Settings
from app.database import Database, table_of
from app.errors import (
    ApprovalPending,
    EmailUnverified,
    PasskeyExists,
    PasskeyRefused,
    PasskeysUnavailable,
)
from app.metrics import logins_failed, passkey_checks
from app.models import User
from app.models.user import ACTIVE, PENDING
from app.schemas.passkey import (
    PasskeyCreate,
    PasskeyCreated,
    PasskeyCreationOptions,
    PasskeyGiven,
    PasskeyList,
    PasskeyRead,
    PasskeyRequestOptions,
)
from app.schemas.session import Token
from app.services.audit.events import AuditAction
from app.services.auth import passkey_rows as rows
from app.services.auth.account import Account, hold_user
from app.services.auth.challenges import Purpose, open_challenge, take_challenge
from app.services.auth.passkey_rows import Assertion
from app.services.auth.recent import confirm
from app.services.auth.recovery_codes import new_codes
from app.services.auth.refresh_tokens import Device
from app.services.auth.sessions import SessionService
from app.services.auth.webauthn import (
    Known,
    Site,
    creation_options,
    load,
    made,
    request_options,
    site_of,
)
from app.services.settings.live import LiveSettings
from app.services.settings.rows import stored_value
from app.utils.tokens import opaque_token, token_hash

TRANSPORTS = ("ble", "hybrid", "internal", "nfc", "smart-card", "usb")

_user = table_of(User)


class PasskeyService:
    """The passkeys of all users. `host`: the name by which a request called this server."""

    def __init__(
        self,
        database: Database,
        sessions: SessionService,
        live: LiveSettings,
        settings: Settings,
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._live = live
        self._public_url = settings.public_url
        self._issuers = settings.oidc_issuers

    def are_available(self, host: str | None) -> bool:
        """Whether browsers let anybody use passkeys here."""
        return site_of(self._public_url, host) is not None

    def _site(self, host: str | None) -> Site:
        site = site_of(self._public_url, host)
        if site is None:
            raise PasskeysUnavailable
        return site

    async def list(self, user_id: int) -> PasskeyList:
        """A user's passkeys, the oldest first."""
        return PasskeyList(passkeys=await self._database.read(rows.listed, user_id))

    async def begin_adding(self, account: Account, host: str | None) -> PasskeyCreationOptions:
        """What a browser makes a passkey by. Raises LoginTooOld, TooManyPasskeys,
        PasskeysUnavailable."""
        site, challenge = self._site(host), opaque_token()
        write = self._database.write
        owner = await write(rows.begin_adding, account, token_hash(challenge))
        name = account.username
        options = creation_options(site, challenge, owner.handle, name, owner.shown, owner.known)
        return PasskeyCreationOptions(challenge_id=challenge, options=options)

    async def add(self, account: Account, host: str | None, new: PasskeyCreate) -> PasskeyCreated:
        """Keep a passkey that a browser has made. Raises PasskeyRefused, PasskeyExists,
        TooManyPasskeys, PasskeysUnavailable."""
        site = self._site(host)
        await asyncio.to_thread(load)
        hash, write = token_hash(new.challenge_id), self._database.write
        with counted():
            handle = await write(take_challenge, hash, Purpose.REGISTER, account.id)
            assert handle is not None
            try:
                found = await asyncio.to_thread(made, site, new.challenge_id, new.credential)
            except PasskeyRefused as error:
                raise PasskeyRefused(error.cause, Purpose.REGISTER, account.id) from error
        told = new.credential.response.transports
        transports = " ".join(each for each in TRANSPORTS if each in told)
        its = (handle, new.name, transports, new_codes())
        try:
            return await write(rows.add, account, found, *its)
        except IntegrityError as error:  # somebody was quicker
            raise PasskeyExists from error

    async def rename(self, user_id: int, passkey_id: int, name: str) -> PasskeyRead:
        """Call a passkey something else; PasskeyNotFound."""
        return await self._database.write(rows.rename, user_id, passkey_id, name)

    async def remove(self, account: Account, passkey_id: int) -> None:
        """Nobody logs in with a passkey any more; LoginTooOld, PasskeyNotFound, LastWay."""
        await self._database.write(rows.remove, account, passkey_id, self._issuers)

    async def ask(
        self, host: str | None, purpose: Purpose, user_id: int | None = None
    ) -> PasskeyRequestOptions:
        """What a browser has signed; PasskeysUnavailable, InvalidToken. `user_id`: by whom
        alone."""
        site, challenge = self._site(host), opaque_token()

        def work(connection: Connection) -> list[Known]:
            if user_id is not None:
                hold_user(connection, user_id)
            open_challenge(connection, token_hash(challenge), purpose, user_id)
            return [] if user_id is None else rows.known_of(connection, user_id)

        known = await self._database.write(work)
        verified = purpose is not Purpose.SECOND
        options = request_options(site, challenge, known, verified=verified)
        return PasskeyRequestOptions(challenge_id=challenge, options=options)

    async def given(
        self, host: str | None, given: PasskeyGiven, purpose: Purpose, user_id: int | None = None
    ) -> Assertion:
        """What was given, its challenge used up. Raises PasskeyRefused, PasskeysUnavailable."""
        site = self._site(host)
        await asyncio.to_thread(load)
        hash = token_hash(given.challenge_id)
        await self._database.write(take_challenge, hash, purpose, user_id)
        return Assertion(site, purpose, given.challenge_id, given.credential)

    async def login(self, host: str | None, given: PasskeyGiven, device: Device) -> Token:
        """A new session. Raises PasskeyRefused, also where the account is disabled,
        PasskeyNeedsPassword, PasskeysUnavailable, ApprovalPending, EmailUnverified."""
        with counted(login=True):
            assertion = await self.given(host, given, Purpose.LOGIN)
            return await self._sessions.begin_proven(lambda c: self._proven(c, assertion), device)

    async def confirm(self, account: Account, host: str | None, given: PasskeyGiven) -> None:
        """The owner has shown again who they are. Raises PasskeyRefused, PasskeyNeedsPassword,
        PasskeysUnavailable."""

        def work(connection: Connection, assertion: Assertion) -> None:
            rows.use(connection, assertion, account.id)
            confirm(connection, account, AuditAction.LOGIN_CONFIRMED)

        with counted():
            assertion = await self.given(host, given, Purpose.CONFIRM, account.id)
            await self._database.write(work, assertion)

    def _proven(self, connection: Connection, given: Assertion) -> tuple[int, str]:
        """Who may log in with what was given, and their stored hash; as by their password."""
        user_id = rows.use(connection, given)
        required = stored_value("require_verified_email").label("required")
        columns = (_user.c.password_hash, _user.c.status, _user.c.email_verified_at, required)
        user = connection.execute(select(*columns).where(_user.c.id == user_id)).one()
        if user.status == PENDING:
            raise ApprovalPending(user_id)
        if user.status != ACTIVE:
            raise given.refuse("disabled", user_id)
        if user.email_verified_at is None and self._live.requires_verified_email(user.required):
            raise EmailUnverified(user_id)
        return user_id, user.password_hash


@contextmanager
def counted(login: bool = False) -> Iterator[None]:
    """Count a passkey that is given here, and a login that fails by it."""
    try:
        yield
    except PasskeyRefused as error:
        passkey_checks.add(error.cause)
        if login:
            logins_failed.add()
        raise
    passkey_checks.add("ok")
