"""Second factors: set up, confirmed, given, and taken away."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, select, update

from app.config import Settings
from app.database import Database, table_of, upserting
from app.encryption import KeyVault
from app.errors import CodeRequired, FactorExists, FactorNotFound, WrongCode
from app.models import Totp, User, utc_now
from app.schemas.factor import FactorsRead, GivenFactor, RecoveryCodes, TotpBegun
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account
from app.services.auth.factor_state import count_passkeys, gain, has_totp, hold_factors, lose
from app.services.auth.given_factor import take
from app.services.auth.passkey_rows import remove_all as remove_passkeys
from app.services.auth.recent import require_recent
from app.services.auth.recovery_codes import count_codes, new_codes, replace_codes
from app.services.auth.refresh_tokens import revoke_all
from app.services.auth.totp import NO_STEP, SEALED_FOR, load, new_seed, qr_of, steps_of, uri_of
from app.services.auth.ways import ways

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
        totp, passkeys, left = await self._database.read(_factors, user_id)
        return FactorsRead(
            totp=totp, passkeys=passkeys, recovery_codes_left=left, required=self._required
        )

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
        """Codes are asked for no more. Raises LoginTooOld, FactorNotFound."""
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


@dataclass(frozen=True, slots=True)
class FactorsGone:
    """What was taken away of an account. `is_open`: a password or a provider still lets its owner
    in."""

    had: bool
    passkeys: int
    is_open: bool


def reset_factors(
    connection: Connection, username_key: bytes, issuers: frozenset[str]
) -> FactorsGone | None:
    """Take a user's second factor and passkeys away and end their logins; None without such a
    user."""
    same = _user.c.username_key == username_key
    user_id = connection.execute(select(_user.c.id).where(same).with_for_update()).scalar()
    if user_id is None:
        return None
    had = hold_factors(connection, user_id)
    passkeys = remove_passkeys(connection, user_id)
    connection.execute(delete(_totp).where(_totp.c.user_id == user_id))
    lose(connection, user_id)
    if had or passkeys:
        revoke_all(connection, user_id)
        record(connection, AuditAction.SECOND_FACTOR_RESET, user_id, passkeys=passkeys)
    left = ways(connection, user_id, issuers)
    return FactorsGone(had or passkeys > 0, passkeys, left.password or left.identities > 0)


def _factors(connection: Connection, user_id: int) -> tuple[bool, int, int]:
    counts = count_passkeys(connection, user_id), count_codes(connection, user_id)
    return has_totp(connection, user_id), *counts


def _begin(connection: Connection, account: Account, sealed: str) -> None:
    require_recent(connection, account.session_id)
    hold_factors(connection, account.id)
    if has_totp(connection, account.id):
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
    hold_factors(connection, account.id)
    if has_totp(connection, account.id):
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
    gain(connection, account.id, codes)
    record(connection, AuditAction.SECOND_FACTOR_ADDED, account.id, session_id=account.session_id)


def _remove(connection: Connection, account: Account) -> None:
    require_recent(connection, account.session_id)
    hold_factors(connection, account.id)
    if not has_totp(connection, account.id):
        raise FactorNotFound
    connection.execute(delete(_totp).where(_totp.c.user_id == account.id))
    lose(connection, account.id)
    record(connection, AuditAction.SECOND_FACTOR_REMOVED, account.id, session_id=account.session_id)


def _renew(connection: Connection, account: Account, codes: list[str]) -> None:
    require_recent(connection, account.session_id)
    if not hold_factors(connection, account.id):
        raise FactorNotFound
    replace_codes(connection, account.id, codes)
    record(connection, AuditAction.RECOVERY_CODES_MADE, account.id, session_id=account.session_id)
