"""Second factors: set up, confirmed, given, and taken away."""

import asyncio
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, func, select, update

from app.config import Settings
from app.database import Database, table_of, upserting
from app.encryption import KeyVault
from app.errors import CodeRequired, FactorExists, FactorNotFound, WrongCode
from app.models import Totp, User, utc_now
from app.schemas.factor import FactorsRead, GivenFactor, RecoveryCodes, TotpBegun
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account
from app.services.auth.given_factor import take
from app.services.auth.recent import require_recent
from app.services.auth.recovery_codes import count_codes, forget_codes, new_codes, replace_codes
from app.services.auth.refresh_tokens import revoke_all
from app.services.auth.second_step import forget_steps
from app.services.auth.totp import NO_STEP, SEALED_FOR, load, new_seed, qr_of, steps_of, uri_of
from app.utils.security import bare_hash, with_mark

ISSUER = "chat-backend"
"""What authenticator apps call a server that does not know its own address."""

_user = table_of(User)
_totp = table_of(Totp)


class FactorService:
    """The second factors of all users."""

    def __init__(self, database: Database, vault: KeyVault, settings: Settings) -> None:
        self._database = database
        self._vault = vault
        self._issuer = urlsplit(settings.public_url).netloc.replace(":", " ") or ISSUER
        self._required = settings.mfa == "required"

    async def get(self, user_id: int) -> FactorsRead:
        """What a user has set up."""
        totp, left = await self._database.read(_factors, user_id)
        return FactorsRead(totp=totp, recovery_codes_left=left, required=self._required)

    async def begin_totp(self, account: Account) -> TotpBegun:
        """A new seed, not in use before a code of it is given; LoginTooOld, FactorExists."""
        await asyncio.to_thread(load)
        seed = new_seed()
        sealed = self._vault.seal(account.id, SEALED_FOR, seed)
        await self._database.write(_begin, account, sealed)
        uri = uri_of(seed, account.username, self._issuer)
        return TotpBegun(secret=seed, uri=uri, qr=await asyncio.to_thread(qr_of, uri))

    async def confirm_totp(self, account: Account, code: str) -> RecoveryCodes:
        """Take the seed into use; its recovery codes. Raises FactorNotFound, FactorExists,
        WrongCode."""
        codes = new_codes()
        await asyncio.to_thread(load)
        await self._database.write(_confirm, account, self._vault, code, codes)
        return RecoveryCodes(recovery_codes=codes)

    async def remove_totp(self, account: Account) -> None:
        """The password is enough again. Raises LoginTooOld, FactorNotFound."""
        await self._database.write(_remove, account)

    async def renew_codes(self, account: Account) -> RecoveryCodes:
        """Other recovery codes in place of the ones before. Raises LoginTooOld, FactorNotFound."""
        codes = new_codes()
        await self._database.write(_renew, account, codes)
        return RecoveryCodes(recovery_codes=codes)

    async def check(self, user_id: int, given: GivenFactor) -> None:
        """Use up what was given of a user's second factor. Raises CodeRequired, WrongCode."""
        if given.code is None and given.recovery_code is None:
            raise CodeRequired
        await asyncio.to_thread(load)
        await self._database.write(take, self._vault, user_id, given)


def reset_factors(connection: Connection, username_key: bytes) -> bool | None:
    """Take a user's second factor away and end their logins; whether there was one, None without
    such a user."""
    same = _user.c.username_key == username_key
    user_id = connection.execute(select(_user.c.id).where(same)).scalar()
    if user_id is None:
        return None
    had = _take_away(connection, user_id)
    if had:
        revoke_all(connection, user_id)
        record(connection, AuditAction.SECOND_FACTOR_RESET, user_id)
    return had


def _factors(connection: Connection, user_id: int) -> tuple[bool, int]:
    mine = (_totp.c.user_id == user_id, _totp.c.confirmed_at.is_not(None))
    there = select(func.count()).select_from(_totp).where(*mine)
    return connection.execute(there).scalar_one() == 1, count_codes(connection, user_id)


def _lock(connection: Connection, user_id: int) -> tuple[str, bool]:
    """The user's stored hash, and whether they have a second factor; nobody changes either now."""
    mine = select(_user.c.password_hash, _user.c.has_factor).where(_user.c.id == user_id)
    row = connection.execute(mine.with_for_update()).one()
    return row.password_hash, bool(row.has_factor)


def _begin(connection: Connection, account: Account, sealed: str) -> None:
    require_recent(connection, account.session_id)
    if _lock(connection, account.id)[1]:
        raise FactorExists
    values = {
        "seed": sealed,
        "last_step": NO_STEP,
        "created_at": utc_now(),
        "confirmed_at": None,
    }
    connection.execute(
        upserting(connection.dialect, _totp, values), {"user_id": account.id} | values
    )


def _confirm(
    connection: Connection, account: Account, vault: KeyVault, code: str, codes: list[str]
) -> None:
    known, has_factor = _lock(connection, account.id)
    if has_factor:
        raise FactorExists
    mine = _totp.c.user_id == account.id
    sealed = connection.execute(select(_totp.c.seed).where(mine)).scalar()
    if sealed is None:
        raise FactorNotFound
    now = utc_now()
    steps = steps_of(vault.open(account.id, SEALED_FOR, sealed), code, now)
    if not steps:
        raise WrongCode(account.id)
    used = {"last_step": max(steps), "confirmed_at": now}
    connection.execute(update(_totp).where(mine).values(used))
    _set_factor(connection, account.id, with_mark(known), 1)
    replace_codes(connection, account.id, codes)
    record(connection, AuditAction.SECOND_FACTOR_ADDED, account.id, session_id=account.session_id)


def _remove(connection: Connection, account: Account) -> None:
    require_recent(connection, account.session_id)
    if not _take_away(connection, account.id):
        raise FactorNotFound
    record(connection, AuditAction.SECOND_FACTOR_REMOVED, account.id, session_id=account.session_id)


def _renew(connection: Connection, account: Account, codes: list[str]) -> None:
    require_recent(connection, account.session_id)
    if not _lock(connection, account.id)[1]:
        raise FactorNotFound
    replace_codes(connection, account.id, codes)
    record(connection, AuditAction.RECOVERY_CODES_MADE, account.id, session_id=account.session_id)


def _take_away(connection: Connection, user_id: int) -> bool:
    known, had = _lock(connection, user_id)
    connection.execute(delete(_totp).where(_totp.c.user_id == user_id))
    forget_codes(connection, user_id)
    forget_steps(connection, user_id)
    _set_factor(connection, user_id, bare_hash(known), 0)
    return had


def _set_factor(connection: Connection, user_id: int, stored_hash: str, has_factor: int) -> None:
    mine = update(_user).where(_user.c.id == user_id)
    connection.execute(mine.values(password_hash=stored_hash, has_factor=has_factor))
