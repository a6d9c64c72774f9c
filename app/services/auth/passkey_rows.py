"""Passkeys in the database: added, looked at, used, renamed and removed."""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.database import table_of
from app.errors import (
    InvalidToken,
    PasskeyExists,
    PasskeyNeedsPassword,
    PasskeyNotFound,
    PasskeyRefused,
    TooManyPasskeys,
)
from app.models import Passkey, User, utc_now
from app.models.passkey import HANDLE_BYTES
from app.schemas.passkey import AuthenticationCredential, PasskeyCreated, PasskeyRead
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account, hold_user
from app.services.auth.challenges import Purpose, open_challenge
from app.services.auth.factor_state import count_passkeys, gain, hold_factors, lose
from app.services.auth.recent import require_recent
from app.services.auth.ways import require_other_way
from app.services.auth.webauthn import NOBODYS_KEY, Known, Made, Proof, Site, decoded, signed
from app.utils.tokens import token_hash

MOST = 20
"""Of one user."""

_user = table_of(User)
_passkey = table_of(Passkey)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a new passkey will be: what their authenticators know them by, what they are called,
    and what they have already."""

    handle: bytes
    shown: str
    known: list[Known]


def credential_hash(credential_id: bytes) -> bytes:
    """What a credential is found by."""
    return token_hash(credential_id.hex())


def credential_key(credential: AuthenticationCredential) -> str:
    """By what attempts with a credential are counted, whether anybody has it or not."""
    return token_hash(credential.rawId.rstrip("=")).hex()


def begin_adding(connection: Connection, account: Account, hash: bytes) -> Owner:
    """Keep a challenge for a new passkey; LoginTooOld, TooManyPasskeys."""
    require_recent(connection, account.session_id)
    hold_user(connection, account.id)
    if count_passkeys(connection, account.id) >= MOST:
        raise TooManyPasskeys(MOST)
    columns = select(_passkey.c.handle, _passkey.c.credential_id, _passkey.c.transports)
    mine = _passkey.c.user_id == account.id
    rows = connection.execute(columns.where(mine).order_by(_passkey.c.id)).all()
    handle = rows[0].handle if rows else secrets.token_bytes(HANDLE_BYTES)
    name = select(_user.c.display_name).where(_user.c.id == account.id)
    shown = connection.execute(name).scalar() or account.username
    open_challenge(connection, hash, Purpose.REGISTER, account.id, handle)
    return Owner(handle, shown, [Known(row.credential_id, row.transports) for row in rows])


def known_of(connection: Connection, user_id: int) -> list[Known]:
    """By what a user may be known."""
    columns = select(_passkey.c.credential_id, _passkey.c.transports)
    mine = columns.where(_passkey.c.user_id == user_id).order_by(_passkey.c.id)
    return [Known(row.credential_id, row.transports) for row in connection.execute(mine)]


def add(
    connection: Connection,
    account: Account,
    made: Made,
    handle: bytes,
    name: str,
    transports: str,
    codes: list[str],
) -> PasskeyCreated:
    """Keep a new passkey; with these recovery codes where it is the first second factor. Raises
    PasskeyExists, TooManyPasskeys."""
    had = hold_factors(connection, account.id)
    hash = credential_hash(made.credential_id)
    same = select(_passkey.c.id).where(_passkey.c.credential_hash == hash)
    if connection.execute(same).first() is not None:
        raise PasskeyExists
    if count_passkeys(connection, account.id) >= MOST:
        raise TooManyPasskeys(MOST)
    now = utc_now()
    row = {
        "user_id": account.id,
        "credential_hash": hash,
        "credential_id": made.credential_id,
        "public_key": made.public_key,
        "counter": made.counter,
        "handle": handle,
        "transports": transports,
        "synced": int(made.synced),
        "name": name,
        "created_at": now,
    }
    result = connection.execute(insert(_passkey).values(row))
    if not had:
        gain(connection, account.id, codes)
    record(connection, AuditAction.PASSKEY_ADDED, account.id, session_id=account.session_id)
    return PasskeyCreated(
        id=result.inserted_primary_key[0],  # type: ignore[index]
        name=name,
        created_at=now,
        last_used_at=None,
        synced=made.synced,
        recovery_codes=None if had else codes,
    )


def listed(connection: Connection, user_id: int) -> list[PasskeyRead]:
    """A user's passkeys, the oldest first."""
    columns = [_passkey.c[name] for name in PasskeyRead.model_fields]
    mine = select(*columns).where(_passkey.c.user_id == user_id).order_by(_passkey.c.id)
    return [PasskeyRead(**row._mapping) for row in connection.execute(mine)]


def rename(connection: Connection, user_id: int, passkey_id: int, name: str) -> PasskeyRead:
    """Call a passkey something else; PasskeyNotFound."""
    its = (_passkey.c.id == passkey_id, _passkey.c.user_id == user_id)
    if connection.execute(update(_passkey).where(*its).values(name=name)).rowcount != 1:
        raise PasskeyNotFound(passkey_id)
    record(connection, AuditAction.PASSKEY_RENAMED, user_id)
    return next(each for each in listed(connection, user_id) if each.id == passkey_id)


def remove(
    connection: Connection, account: Account, passkey_id: int, issuers: frozenset[str]
) -> None:
    """Nobody logs in with a passkey any more; LoginTooOld, PasskeyNotFound, LastWay."""
    require_recent(connection, account.session_id)
    hold_factors(connection, account.id)
    its = (_passkey.c.id == passkey_id, _passkey.c.user_id == account.id)
    alone = connection.execute(select(_passkey.c.alone).where(*its)).scalar()
    if alone is None:
        raise PasskeyNotFound(passkey_id)
    if alone:
        require_other_way(connection, account.id, issuers, without="passkey")
    connection.execute(delete(_passkey).where(*its))
    lose(connection, account.id)
    record(connection, AuditAction.PASSKEY_REMOVED, account.id, session_id=account.session_id)


def remove_all(connection: Connection, user_id: int) -> int:
    """Remove a user's passkeys; how many there were."""
    return connection.execute(delete(_passkey).where(_passkey.c.user_id == user_id)).rowcount


def distrust_all(connection: Connection) -> None:
    """No passkey logs in alone before it was given beside the password: some may have been removed,
    before a backup was brought back."""
    connection.execute(update(_passkey).values(alone=0))


@dataclass(frozen=True, slots=True)
class Assertion:
    """What was given for a challenge that is used up."""

    site: Site
    purpose: Purpose
    challenge: str
    credential: AuthenticationCredential

    def refuse(self, cause: str, user_id: int | None = None) -> PasskeyRefused:
        """The answer where it is not good."""
        return PasskeyRefused(cause, self.purpose.value, user_id)


def use(connection: Connection, given: Assertion, user_id: int | None = None) -> int:
    """Take note that a passkey was used, and of whom. Raises PasskeyRefused, also for one of
    anybody's but `user_id`'s, and PasskeyNeedsPassword.

    The database compares and writes in one statement, so that of two authenticators that count the
    same one is refused.
    """
    passkey = _find(connection, given)
    if passkey is None or user_id not in (None, passkey.user_id):
        _check(given, None)
        raise given.refuse("unknown", user_id)
    result = _check(given, passkey)
    beside = given.purpose is Purpose.SECOND
    if not passkey.alone and not beside:
        raise PasskeyNeedsPassword
    try:
        hold_factors(connection, passkey.user_id)  # before the passkey's own row, as elsewhere
    except InvalidToken as error:
        raise given.refuse("unknown", user_id) from error
    # An authenticator that does not count says 0 for ever, as those do that sync.
    stored = _passkey.c.counter
    later = stored < result.counter if result.counter else stored == 0
    now = {"counter": result.counter, "synced": int(result.synced), "last_used_at": utc_now()}
    now |= {"alone": 1} if beside else {}
    used = update(_passkey).where(_passkey.c.id == passkey.id, later).values(now)
    if connection.execute(used).rowcount != 1:
        raise given.refuse("counter", passkey.user_id)
    owner: int = passkey.user_id
    return owner


def _find(connection: Connection, given: Assertion) -> Any:
    try:
        hash = credential_hash(decoded(given.credential.rawId))
    except ValueError:
        return None
    return connection.execute(select(_passkey).where(_passkey.c.credential_hash == hash)).first()


def _check(given: Assertion, passkey: Any) -> Proof:
    key, handle = (NOBODYS_KEY, None) if passkey is None else (passkey.public_key, passkey.handle)
    try:
        return signed(
            given.site,
            given.challenge,
            given.credential,
            key,
            handle,
            verified=given.purpose is not Purpose.SECOND,
        )
    except PasskeyRefused as error:
        owner = None if passkey is None else passkey.user_id
        raise given.refuse(error.cause, owner) from error
