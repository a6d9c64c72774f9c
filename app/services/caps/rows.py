"""Caps as rows: read, set by a user for themselves, set by the operator."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select

from app.database import table_of
from app.models import Cap, Model, ModelConnection, User, UserGroup, utc_now
from app.schemas.cap import CapRead, CapSet
from app.services.audit.events import AuditAction, record
from app.services.endpoints import rows
from app.services.endpoints.grants import FOR_EVERYBODY, granted, is_for
from app.services.endpoints.models import find_seen
from app.services.endpoints.saved import SavedEndpoint
from app.services.usage.caps import APPLY, used_of
from app.services.usage.current_cap import CurrentCap, current_cap_of
from app.services.usage.together import used_together

_cap = table_of(Cap)
_user = table_of(User)
_group = table_of(UserGroup)
_model = table_of(Model)
_connection = table_of(ModelConnection)

SHOWN = select(
    _cap,
    _connection.c.id.label("its_connection_id"),
    _connection.c.label.label("connection_label"),
    _connection.c.slug,
    _model.c.name.label("model_name"),
    _user.c.username,
    _group.c.name.label("group_name"),
).select_from(
    _cap.outerjoin(_model, _model.c.id == _cap.c.model_id)
    .outerjoin(_connection, _connection.c.id.in_((_cap.c.connection_id, _model.c.connection_id)))
    .outerjoin(_user, _user.c.id == _cap.c.user_id)
    .outerjoin(_group, _group.c.id == _cap.c.group_id)
)
OPERATORS = _cap.c.source == "operator"


def of_user(connection: Connection, user_id: int, now: datetime) -> list[CapRead]:
    """The caps that a user is under, with what is used of them: the operator's first. Of a
    connection that is not shared with them, they do not know what it is called."""
    of_model = or_(_cap.c.model_id.is_(None), is_for(_cap.c.model_id))
    is_known = or_(
        _connection.c.id.is_(None),
        _connection.c.restricted == FOR_EVERYBODY,
        granted(_connection.c.id, user_id, of_model),
    )
    theirs = SHOWN.where(APPLY, or_(~OPERATORS, is_known)).order_by(_cap.c.source, _cap.c.id)
    found = connection.execute(theirs, {"of_user": user_id}).all()
    caps = [current_cap_of(row, now) for row in found]
    own = [cap for cap in caps if not cap.is_of_many]
    ids = (cap.id for cap in own)
    used = dict(zip(ids, used_of(connection, user_id, own, now), strict=True))
    for cap in caps:
        if cap.is_of_many:
            used[cap.id] = used_together(connection, cap, now)
    return [_read(row, cap, used[cap.id]) for row, cap in zip(found, caps, strict=True)]


def _read(row: Row[Any], cap: CurrentCap, used: int) -> CapRead:
    label = row.model_name if row.target == "model" else row.connection_label
    # Of a shared connection its users know the label alone.
    connection_id = row.connection_id if row.source == "user" else None
    return read(cap, row.scope, used, label, connection_id, row.model_id)


def read(
    cap: CurrentCap,
    scope: Any,
    used: int,
    label: str | None = None,
    connection_id: int | None = None,
    model_id: int | None = None,
) -> CapRead:
    """A cap of which so much is used, as its user sees it."""
    return CapRead(
        id=cap.id,
        scope=scope,
        source=cap.source,
        target=cap.coverage.kind,
        connection_id=connection_id,
        model_id=model_id,
        label=label,
        period=cap.period,
        unit=cap.unit,
        amount=cap.amount,
        warn_percent=cap.warn_percent,
        used=used,
        left=max(cap.amount - used, 0),
        warning=cap.warns_at(used),
        resets_at=cap.resets_at,
    )


def set_own(
    connection: Connection,
    user_id: int,
    caps: Sequence[CapSet],
    environment: SavedEndpoint | None,
) -> None:
    """Set a user's own caps in place of those that there were.

    Raises ConnectionNotFound for what is no connection of theirs, ModelNotFound for a model that
    they do not know of.
    """
    rows.hold_user(connection, user_id)
    for cap in caps:
        if cap.connection_id is not None:
            rows.find_owned(connection, user_id, cap.connection_id)
        if cap.model_id is not None:
            find_seen(connection, user_id, cap.model_id, environment)
    mine = and_(_cap.c.user_id == user_id, _cap.c.source == "user")
    connection.execute(delete(_cap).where(mine))
    now = utc_now()
    fixed = {"scope": "user", "user_id": user_id, "source": "user"}
    times = {"created_at": now, "updated_at": now}
    if caps:
        connection.execute(insert(_cap), [{**cap.model_dump(), **fixed, **times} for cap in caps])
    record(connection, AuditAction.CAPS_CHANGED, user_id)
