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
"""Somebody gets into an account by these rows: a restore forgets them, for they may have been
ended since the backup."""


def derived(source: str) -> Mark:
    """Can be made again from `source`, so that no backup holds it."""
    return {"derived": source}


def sealed(*columns: str) -> Mark:
    """Columns that are encrypted with the master key: `rotate-keys` encrypts them anew."""
    return {"sealed": columns}


def owner(column: str) -> Mark:
    """The column that leads to whose a row is: to `user.id`, or to a table that has an owner."""
    return {"owner": column}


def no_owner(reason: str) -> Mark:
    """Nobody's rows; an account that is deleted leaves them."""
    return {"no_owner": reason}


def marked(*marks: Mark) -> dict[str, Any]:
    """The option of a table that carries its marks."""
    return {"info": {name: value for mark in marks for name, value in mark.items()}}


def opens_account(table: Table) -> bool:
    """Whether somebody gets into an account by its rows."""
    return "opens_account" in table.info


def is_derived(table: Table) -> bool:
    """Whether its rows can be made again from others."""
    return "derived" in table.info


def sealed_columns(table: Table) -> list[Column[Any]]:
    """Its columns that are encrypted with the master key."""
    return [table.columns[name] for name in table.info.get("sealed", ())]


def owner_of(table: Table) -> Column[Any] | None:
    """The column that leads to whose a row is, None where it is nobody's."""
    name = table.info.get("owner")
    return None if name is None else table.columns[name]
