"""Every table says what its rows mean: a new one must be decided about."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, ForeignKey, MetaData, String, Table

from app.models import Base
from app.models.marks import (
    OPENS_ACCOUNT,
    PLAIN,
    derived,
    marked,
    no_owner,
    opens_account,
    owner,
    owner_of,
    sealed,
    sealed_columns,
)

MEANS = {"plain", "opens_account", "derived", "sealed"}
DECIDE = (
    'its rows mean nothing yet. Decide: OPENS_ACCOUNT, sealed("column"), derived("from what") or '
    'PLAIN, in __table_args__: TABLE_OPTIONS | marked(PLAIN, owner("user_id")); see models/marks.py'
)


def undecided(table: Table) -> Iterator[str]:
    """What is still to be decided about a table, in plain words."""
    marks = table.info.keys()
    if not marks & MEANS:
        yield DECIDE
    if "plain" in marks and marks & MEANS != {"plain"}:
        yield "it is PLAIN and something else"
    if "sealed" in marks:
        yield from _unsealable(table)
    encrypted = {name for name in table.columns.keys() if name.startswith("encrypted_")}
    for name in encrypted - {column.name for column in sealed_columns(table)}:
        yield f'{name} is encrypted: sealed("{name}") has rotate-keys renew it'
    yield from _ownership(table)


def _unsealable(table: Table) -> Iterator[str]:
    if len(table.primary_key) != 1:
        yield "it has sealed columns: rotate-keys goes over them by a key of one column"


def _ownership(table: Table) -> Iterator[str]:
    if ("owner" in table.info) == ("no_owner" in table.info):
        yield 'whose are its rows? owner("user_id"), or no_owner("why there is none")'
        return
    column = owner_of(table)
    if column is None:
        return
    if "user_id" in table.columns and column.name != "user_id":
        yield "it has user_id, and another owner"
    if table.name != "user":
        leads = [owner_of(key.column.table) is not None for key in column.foreign_keys]
        if not any(leads):
            yield f"{column.name} leads to no table that has an owner"


@pytest.mark.parametrize("name", Base.metadata.tables)
def test_every_table_is_decided_about(name: str) -> None:
    assert [*undecided(Base.metadata.tables[name])] == []


def test_what_is_known_is_marked() -> None:
    tables = Base.metadata.tables.values()
    assert {table.name for table in tables if opens_account(table)} >= {
        *("session", "refresh_token", "ws_ticket", "password_reset")
    }
    assert {str(column) for table in tables for column in sealed_columns(table)} >= {
        "model_config.encrypted_api_key",
        "connection.encrypted_api_key",
        "schema_info.key_canary",
    }
    assert {table.name for table in tables if owner_of(table) is None} >= {
        *("schema_info", "audit_event", "audit_head")
    }


def table(*marks: dict[str, Any], key: str = "id", **columns: str) -> Table:
    """A table beside one of users, with columns that may lead there."""
    found = MetaData()
    Table("user", found, Column("id", BigInteger, primary_key=True), **marked(PLAIN, owner("id")))
    parts: list[Column[Any]] = [
        Column(name, BigInteger, *([ForeignKey(leads)] if leads else []), primary_key=name == key)
        for name, leads in columns.items()
    ]
    text = [Column(name, String(9), primary_key=True) for name in key.split() if name != "user_id"]
    return Table("thing", found, *text, *parts, **(marked(*marks) if marks else {}))


MINE = {"user_id": "user.id"}


@pytest.mark.parametrize(
    ("thing", "finding"),
    [
        (table(**MINE), "its rows mean nothing yet"),
        (table(owner("user_id"), **MINE), "its rows mean nothing yet"),
        (table(PLAIN, **MINE), "whose are its rows?"),
        (table(PLAIN, OPENS_ACCOUNT, owner("user_id"), **MINE), "PLAIN and something else"),
        (table(PLAIN, owner("user_id"), user_id=""), "leads to no table that has an owner"),
        (table(PLAIN, owner("id"), **MINE), "it has user_id, and another owner"),
        (table(PLAIN, owner("user_id"), encrypted_x="", **MINE), 'sealed("encrypted_x")'),
        (table(sealed("a"), owner("user_id"), key="a b", **MINE), "by a key of one column"),
    ],
)
def test_what_is_left_out_is_told(thing: Table, finding: str) -> None:
    assert finding in next(undecided(thing))


def test_what_is_decided_passes() -> None:
    marks = (derived("messages"), sealed("id"), no_owner("About everybody"))
    assert [*undecided(table(*marks, **MINE))] == []
