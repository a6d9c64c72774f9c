"""One administrator is left, whoever demotes, disables or deletes whom at the same time."""

import asyncio
from typing import Any

import pytest

from app.errors import LastAdmin
from app.services.admin.operators import OperatorAccounts
from tests.admin.acts import change, delete
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, Person, RunningServer

pytestmark = pytest.mark.anyio

ROUNDS = 4


async def leave(person: Person) -> Any:
    return await person.request("DELETE", "/auth/me", json={"password": PASSWORD})


async def admins(server: RunningServer) -> list[str]:
    """Who is an administrator and enabled."""
    accounts = [
        account async for page in server.app.state.services.accounts.all() for account in page
    ]
    return [each.username for each in accounts if each.role == "admin" and each.enabled]


async def test_the_last_one_stays(alone: RunningServer) -> None:
    ada, bob = await alone.admin("ada"), await alone.register("bob")
    services = alone.app.state.services
    operator = OperatorAccounts(services.database)
    assert_refused(await leave(ada), 409, "last_admin")
    for work in (
        lambda: operator.set_role("ada", "user"),
        lambda: operator.trash("ada"),
        lambda: services.accounts.set_enabled("ada", False),
    ):
        with pytest.raises(LastAdmin):
            await work()
    await change(ada, bob, role="admin")
    await change(ada, bob, enabled=False)  # one who cannot act does not count
    assert_refused(await leave(ada), 409, "last_admin")
    assert (await ada.get("/auth/me")).json()["role"] == "admin"
    await change(ada, bob, enabled=True)
    assert (await leave(ada)).status_code == 204
    assert await admins(alone) == ["bob"]


async def test_of_two_who_end_each_other_one_stays(alone: RunningServer) -> None:
    async def demote(one: Person, other: Person) -> int:
        return int((await change(one, other, role="user")).status_code)

    async def disable(one: Person, other: Person) -> int:
        return int((await change(one, other, enabled=False)).status_code)

    async def trash(one: Person, other: Person) -> int:
        return int((await delete(one, other)).status_code)

    async def go(one: Person, _: Person) -> int:
        return int((await leave(one)).status_code)

    operator = OperatorAccounts(alone.app.state.services.database)
    first = await alone.admin("admin 0")
    for number, way in enumerate((demote, disable, trash, go) * ROUNDS, 1):
        second = await alone.admin(f"admin {number}")
        answers = await asyncio.gather(way(first, second), way(second, first))
        # 401: the loser was locked out before it was looked at.
        assert sum(answer < 300 for answer in answers) == 1, (way.__name__, answers)
        assert {*answers} <= {200, 204, 401, 403, 409}
        (left,) = await admins(alone)
        first = first if left == first.name else second

    people = [await alone.admin(f"of many {number}") for number in range(6)]
    everybody = [first, *people]
    ended = await asyncio.gather(
        *(operator.set_role(person.name, "user") for person in everybody), return_exceptions=True
    )
    assert sum(isinstance(each, LastAdmin) for each in ended) == 1
    assert len(await admins(alone)) == 1
