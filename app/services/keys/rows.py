"""Keys as their owners have them: made, changed, listed and revoked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, insert, select, update

from app.database import table_of
from app.errors import InvalidInput, KeyNotFound, ListFull
from app.models import ProgramKey, utc_now
from app.origin import note_revoked
from app.schemas.key import SCOPES, KeyCap, KeyCapRead, KeyCreate, KeyRead, KeyUpdate
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account
from app.services.auth.recent import require_recent
from app.services.endpoints.carried import hold_up_to_date
from app.services.endpoints.choice import require_usable
from app.services.endpoints.saved import SavedEndpoint
from app.services.usage.key_caps import key_cap_of, used_by_key

KEYS_MOST = 50

_key = table_of(ProgramKey)


def listed(connection: Connection, user_id: int) -> list[KeyRead]:
    """A user's keys, newest first."""
    its = select(_key).where(_key.c.user_id == user_id).order_by(_key.c.id.desc())
    now = utc_now()
    return [_read(connection, row, now) for row in connection.execute(its).all()]


def create(
    connection: Connection,
    account: Account,
    prefix: str,
    hash: bytes,
    wanted: KeyCreate,
    environment: SavedEndpoint | None,
) -> KeyRead:
    """A new key. Raises LoginTooOld, ListFull, InvalidInput, ModelNotFound, ModelGone."""
    require_recent(connection, account.session_id)
    hold_up_to_date(connection, account.id)
    mine = select(func.count()).where(_key.c.user_id == account.id)
    if connection.execute(mine).scalar_one() >= KEYS_MOST:
        raise ListFull(KEYS_MOST)
    now = utc_now()
    values = {
        "name": wanted.name,
        "scopes": orjson.dumps(wanted.scopes or SCOPES).decode(),
        "model_ids": _models(connection, account.id, wanted.model_ids, environment),
        "expires_at": _in_future(wanted.expires_at, now),
        **_cap_columns(wanted.cap),
    }
    its = {"user_id": account.id, "prefix": prefix, "hash": hash, "created_at": now}
    made = connection.execute(insert(_key).values(**values, **its))
    id = int(made.inserted_primary_key[0])  # type: ignore[index]
    record(connection, AuditAction.KEY_CREATED, account.id, key_id=id)
    return _read(connection, _owned(connection, account.id, id), now)


def change(
    connection: Connection,
    account: Account,
    key_id: int,
    wanted: KeyUpdate,
    environment: SavedEndpoint | None,
) -> KeyRead:
    """Change what is given; whatever a key may do wants a recent login. Raises KeyNotFound,
    LoginTooOld, InvalidInput, ModelNotFound, ModelGone."""
    given = wanted.model_fields_set - {"name"}
    _owned(connection, account.id, key_id)
    if given:
        require_recent(connection, account.session_id)
    hold_up_to_date(connection, account.id)
    now = utc_now()
    values: dict[str, Any] = {}
    if wanted.name is not None:
        values["name"] = wanted.name
    if wanted.scopes is not None:
        values["scopes"] = orjson.dumps(wanted.scopes).decode()
    if "model_ids" in given:
        values["model_ids"] = _models(connection, account.id, wanted.model_ids, environment)
    if "expires_at" in given:
        values["expires_at"] = _in_future(wanted.expires_at, now)
    if "cap" in given:
        values |= _cap_columns(wanted.cap)
    if values:
        same = (_key.c.id == key_id, _key.c.user_id == account.id)
        connection.execute(update(_key).where(*same).values(**values))
        record(connection, AuditAction.KEY_CHANGED, account.id, key_id=key_id)
    return _read(connection, _owned(connection, account.id, key_id), now)


def revoke(connection: Connection, user_id: int, key_id: int) -> None:
    """Remove a key, for good; KeyNotFound."""
    same = (_key.c.id == key_id, _key.c.user_id == user_id)
    if connection.execute(delete(_key).where(*same)).rowcount == 0:
        raise KeyNotFound(key_id)
    note_revoked(user_id)
    record(connection, AuditAction.KEY_REVOKED, user_id, key_id=key_id)


def revoke_all(connection: Connection, user_id: int, **by: Any) -> int:
    """Remove all keys of a user: how many there were. `by`: who does it, for the event."""
    count = connection.execute(delete(_key).where(_key.c.user_id == user_id)).rowcount
    if count:
        note_revoked(user_id)
        record(connection, AuditAction.KEY_REVOKED, user_id, count=count, **by)
    return count


def _owned(connection: Connection, user_id: int, key_id: int) -> Any:
    same = select(_key).where(_key.c.id == key_id, _key.c.user_id == user_id)
    row = connection.execute(same).first()
    if row is None:
        raise KeyNotFound(key_id)
    return row


def _models(
    connection: Connection,
    user_id: int,
    model_ids: Sequence[int] | None,
    environment: SavedEndpoint | None,
) -> str | None:
    if model_ids is None:
        return None
    for model_id in model_ids:
        require_usable(connection, user_id, model_id, environment)
    return orjson.dumps(sorted(set(model_ids))).decode()


def _in_future(expires_at: datetime | None, now: datetime) -> datetime | None:
    if expires_at is not None and expires_at <= now:
        raise InvalidInput(where="expires_at")
    return expires_at


def _cap_columns(cap: KeyCap | None) -> dict[str, Any]:
    told = cap.model_dump() if cap else dict.fromkeys(KeyCap.model_fields)
    return {f"cap_{name}": value for name, value in told.items()}


def _read(connection: Connection, row: Any, now: datetime) -> KeyRead:
    cap = key_cap_of(row, now)
    told = None
    if cap is not None:
        used = used_by_key(connection, row.user_id, row.id, cap, now)
        told = KeyCapRead(
            period=cap.period,
            unit=cap.unit,
            amount=cap.amount,
            used=used,
            left=max(cap.amount - used, 0),
            resets_at=cap.resets_at,
        )
    return KeyRead(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=orjson.loads(row.scopes),
        model_ids=row.model_ids and orjson.loads(row.model_ids),
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        created_at=row.created_at,
        cap=told,
    )
