"""A page of very many users (in `make soak` 100,000) reads about as many rows as one of 100."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text

from app.database import table_of
from app.models import GroupMember, User, UserGroup, utc_now
from app.schemas.user import UserStatus
from app.services.admin import rows
from app.services.admin.rows import UsersWanted
from tests.faults.scale import SOAK
from tests.support.rows_read import rows_read
from tests.support.server import RunningServer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("mysql", "mariadb")]

FEW, MANY = 100, 100_000 if SOAK else 5_000
AT_ONCE = 10_000
PAGE = 50
MOST = 1.2
RARE = 500
"""One in so many waits for approval."""

_user = table_of(User)
_group = table_of(UserGroup)
_member = table_of(GroupMember)


def people(first: int, last: int) -> Iterator[dict[str, Any]]:
    now = utc_now()
    for number in range(first, last):
        key = f"user {number * 7919 % MANY:06}".encode()
        waits = number % RARE == 0
        yield {
            "id": number + 1,
            "username": key.decode(),
            "username_key": key,
            "email": f"{key[5:].decode()}@example.com",
            "email_key": key[5:] + b"@example.com",
            "password_hash": "",
            "created_at": now,
            "yn": int(not waits),
            "pending_at": now if waits else None,
        }


def fill(connection: Connection, first: int, last: int) -> None:
    """Users, all of them in a group."""
    rows = [*people(first, last)]
    connection.execute(insert(_user), rows)
    members = [
        {"group_id": 1, "user_id": row["id"], "username_key": row["username_key"]} for row in rows
    ]
    connection.execute(insert(_member), members)


def make_group(connection: Connection) -> None:
    row = {"id": 1, "name": "all", "name_key": b"all", "created_at": utc_now()}
    connection.execute(insert(_group).values(row))


def analyze(connection: Connection) -> None:
    for table in (_user, _member):
        connection.execute(text(f"ANALYZE TABLE `{table.name}`")).all()


def middle(connection: Connection) -> bytes:
    """The name in the middle of all."""
    every = connection.execute(select(_user.c.username_key).order_by(_user.c.username_key))
    keys: Sequence[bytes] = every.scalars().all()
    return keys[len(keys) // 2 - 1]


def wanted(after: bytes | None, **what: Any) -> UsersWanted:
    nothing: dict[str, Any] = {"prefix": None, "status": None, "group_id": None}
    return UsersWanted(**nothing | what, after=after, limit=PAGE)


async def test_a_page_costs_the_same(alone: RunningServer) -> None:
    database = alone.app.state.services.database
    await database.write(make_group)

    async def costs() -> dict[str, float]:
        """Rows read by each kind of page for each user that it shows."""
        await database.write(analyze)
        half = await database.read(middle)
        active: UserStatus = "active"
        pages = {
            "first": wanted(None),
            "middle": wanted(half),
            "active": wanted(half, status=active),
            "group": wanted(half, group_id=1),
            "name": wanted(None, prefix=b"user 0"),
            "address": wanted(None, prefix=b"000000@"),
        }
        found: dict[str, float] = {}
        for name, page in pages.items():
            shown = len((await database.read(rows.listed, page)).users)
            read = await database.read(rows_read, partial(rows.listed, wanted=page))
            found[name] = read / max(shown, 1)
        return found

    await database.write(fill, 0, FEW)
    few = await costs()
    for first in range(FEW, MANY, AT_ONCE):
        await database.write(fill, first, min(first + AT_ONCE, MANY))
    many = await costs()
    pending = wanted(None, status="pending")
    assert {name: (few[name], cost) for name, cost in many.items() if cost > MOST * few[name]} == {}
    looked = await database.read(rows_read, partial(rows.listed, wanted=pending))
    assert looked <= MOST * max(few.values()) * PAGE, looked
