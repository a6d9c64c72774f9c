"""What the rows of a table mean to backup, restore, `rotate-keys` and account deletion.

Every table says it in its `info`: `TABLE_OPTIONS | marked(PLAIN, owner("user_id"))`. One of the
first four, or several that agree, and one of the last two.
"""

from typing import Any

from sqlalchemy import Column, Table

Mark = dict[str, Any]

PLAIN: Mark = {"plain": True}
"""Backed up and restored as it is; nothing in it is encrypted with the master key."""

OPENS_ACCOUNT: Mark = {"opens_account": True}
"""The rows give access to an account, or show something of it. A restore drops them: they may have
been revoked since."""


def derived(source: str) -> Mark:
    """The rows can be rebuilt from `source`, so backups leave them out."""
    return {"derived": source}


DERIVED: Mark = {"derived": True}
"""Of a column that says how far a derived table has come. Backups leave it out: it is NULL then."""


def sealed(*columns: str) -> Mark:
    """Columns that are encrypted with the master key: `rotate-keys` encrypts them anew."""
    return {"sealed": columns}


def owner(column: str) -> Mark:
    """The column that leads to the owner of a row: `user.id`, or a table that has an owner."""
    return {"owner": column}


def no_owner(reason: str) -> Mark:
    """Rows without an owner; deleting an account leaves them."""
    return {"no_owner": reason}


def marked(*marks: Mark) -> dict[str, Any]:
    """The option of a table that carries its marks."""
    return {"info": {name: value for mark in marks for name, value in mark.items()}}


def opens_account(table: Table) -> bool:
    """Whether the rows give access to an account."""
    return "opens_account" in table.info


def is_derived(table: Table) -> bool:
    """Whether its rows can be made again from others."""
    return "derived" in table.info


def kept_columns(table: Table) -> list[Column[Any]]:
    """Its columns that a backup holds."""
    return [column for column in table.columns if "derived" not in column.info]


def sealed_columns(table: Table) -> list[Column[Any]]:
    """Its columns that are encrypted with the master key."""
    return [table.columns[name] for name in table.info.get("sealed", ())]


def owner_of(table: Table) -> Column[Any] | None:
    """The column that leads to the owner of a row; None where rows have none."""
    name = table.info.get("owner")
    return None if name is None else table.columns[name]
