"""Stored settings, as JSON by their names."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, ScalarSelect, delete, insert, select

from app.database import table_of
from app.models import Setting, utc_now

_setting = table_of(Setting)

BY_PROVIDERS = '"\\u0063losed"'
"""How `REGISTRATION=oidc` is stored: JSON that a release without providers reads as `closed`. Taken
as it is, it would have everybody register there."""


def stored(connection: Connection) -> dict[str, Any]:
    """What is stored, by name."""
    rows = connection.execute(select(_setting.c.name, _setting.c.value))
    return {row.name: _read(row.value) for row in rows}


def stored_value(name: str) -> ScalarSelect[Any]:
    """A column of a statement about something else: what is stored of one setting, as JSON."""
    return select(_setting.c.value).where(_setting.c.name == name).scalar_subquery()


def change(connection: Connection, values: Mapping[str, Any]) -> None:
    """Store these values; None takes one away."""
    names = sorted(values)
    connection.execute(delete(_setting).where(_setting.c.name.in_(names)))
    given = [
        {"name": name, "value": _written(name, values[name]), "updated_at": utc_now()}
        for name in names
        if values[name] is not None
    ]
    if given:
        connection.execute(insert(_setting), given)


def _read(value: str) -> Any:
    return "oidc" if value == BY_PROVIDERS else orjson.loads(value)


def _written(name: str, value: Any) -> str:
    if (name, value) == ("registration", "oidc"):
        return BY_PROVIDERS
    return orjson.dumps(value).decode()
