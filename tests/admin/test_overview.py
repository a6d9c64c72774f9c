"""A server at a glance: how many users, what was used on the last days, what is to be mended."""

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update

from app import __version__
from app.database import table_of
from app.models import (
    GroupMember,
    Job,
    UsageDay,
    UsageGone,
    UsageTarget,
    User,
    UserGroup,
    utc_now,
)
from app.services.jobs.rows import wish
from app.services.usage.days import number_of
from app.services.usage.sums import COUNTS
from app.utils.names import canonical
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer

pytestmark = pytest.mark.anyio

TODAY = datetime.now(UTC).date()
_target, _day, _gone = table_of(UsageTarget), table_of(UsageDay), table_of(UsageGone)


def target(connection: Connection, is_shared: bool, model: str, connection_id: int = 7) -> int:
    values = {
        "hash": secrets.token_bytes(32),
        "connection_id": connection_id,
        "connection_label": f"server {connection_id}",
        "model_id": 1,
        "model_name": model,
        "is_shared": int(is_shared),
    }
    made = connection.execute(insert(_target).values(**values)).inserted_primary_key
    return int(made[0])  # type: ignore[index]


def sums(messages: int, tokens: int, cost: int | None) -> dict[str, Any]:
    counts = dict.fromkeys(COUNTS, 0)
    used = {"attempts": messages, "messages": messages, "prompt_tokens": tokens}
    return counts | used | {"completion_tokens": 1, "cost_nano": cost}


def used(
    connection: Connection, user_id: int, target_id: int, day: date, *amounts: Any, zone: int = 0
) -> None:
    where = {"user_id": user_id, "zone_id": zone, "day": number_of(day), "key_id": 0}
    row = where | {"target_id": target_id} | sums(*amounts)
    connection.execute(insert(_day).values(**row))


async def spend(server: RunningServer, ada: Person, bob: Person) -> tuple[int, str]:
    """What two people used, one of them is in a group: its id and name."""
    name = f"group {secrets.token_hex(6)}"

    def write(connection: Connection) -> int:
        big, small = target(connection, True, "big"), target(connection, True, "small", 8)
        own = target(connection, False, "own")
        yesterday = TODAY - timedelta(days=1)
        used(connection, ada.id, big, TODAY, 2, 100, 5_000)
        used(connection, ada.id, big, TODAY, 9, 999, 9_999, zone=1)
        used(connection, ada.id, own, TODAY, 1, 10, 777)
        used(connection, bob.id, small, TODAY, 3, 50, None)
        used(connection, bob.id, big, yesterday, 1, 20, 1_000)
        used(connection, bob.id, big, TODAY - timedelta(days=14), 8, 8, 8)
        gone = {"day": number_of(TODAY), "target_id": big} | sums(4, 40, 2_000)
        connection.execute(insert(_gone).values(**gone))
        group = {"name": name, "name_key": canonical(name), "created_at": utc_now()}
        made = connection.execute(insert(table_of(UserGroup)).values(**group))
        group_id = int(made.inserted_primary_key[0])  # type: ignore[index]
        member = {"group_id": group_id, "user_id": ada.id, "username_key": canonical(ada.name)}
        connection.execute(insert(table_of(GroupMember)).values(**member))
        return group_id

    return await server.app.state.services.database.write(write), name


async def test_overview(alone: RunningServer) -> None:
    admin, ada, bob = await alone.admin(), await alone.register(), await alone.register()
    await spend(alone, ada, bob)
    await alone.app.state.services.accounts.set_enabled(bob.name, False)

    def longer_ago(connection: Connection) -> None:
        users = table_of(User)
        its = update(users).where(users.c.id == bob.id)
        connection.execute(its.values(created_at=utc_now() - timedelta(days=1)))

    await alone.app.state.services.database.write(longer_ago)
    told = (await admin.get("/admin/overview")).json()
    assert told["version"] == __version__
    assert told["users"] == {"active": 2, "disabled": 1, "pending": 0, "deleted": 0}
    assert told["health"] == {"status": "ok"}
    days = told["days"]
    first = TODAY - timedelta(days=13)
    assert [day["day"] for day in days] == [
        (first + timedelta(days=n)).isoformat() for n in range(14)
    ]
    assert days[-1] == {
        **{"day": TODAY.isoformat(), "messages": 10, "tokens": 204, "nano_usd": 7_000},
        **{"active_users": 2, "new_users": 2},
    }
    assert days[-2] == {
        **{"day": days[-2]["day"], "messages": 1, "tokens": 21, "nano_usd": 1_000},
        **{"active_users": 1, "new_users": 1},
    }
    nothing = {"messages": 0, "tokens": 0, "nano_usd": None, "active_users": 0, "new_users": 0}
    assert days[0] == {"day": first.isoformat()} | nothing


async def test_what_is_to_be_mended(alone: RunningServer) -> None:
    admin = await alone.admin()

    def codes(answer: Any) -> set[str]:
        return {finding["code"] for finding in answer.json()["findings"]}

    assert "jobs_failing" not in codes(await admin.get("/admin/overview"))

    def fail(connection: Connection) -> None:
        wish(connection, "unknown", admin.id)
        connection.execute(update(table_of(Job)).values(failures=3))

    await alone.app.state.services.database.write(fail)
    english, chinese = [
        await admin.get("/admin/overview", headers={"Accept-Language": language})
        for language in ("en", "zh")
    ]
    assert "jobs_failing" in codes(english) and codes(english) == codes(chinese)
    words = {f["code"]: f["text"] for f in english.json()["findings"]}
    assert "job_failed" in words["jobs_failing"]
    for finding in english.json()["findings"]:
        assert finding["level"] in ("warning", "error") and finding["text"]


async def usage(admin: Person, **params: Any) -> Any:
    answer = await admin.get("/admin/usage", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(answer: Any) -> dict[str, tuple[int, int, int | None]]:
    return {
        row["label"]: (row["messages"], row["prompt_tokens"], row["cost_nano_usd"])
        for row in answer["rows"]
    }


async def test_usage_by_all_there_is(alone: RunningServer) -> None:
    admin, ada, bob = await alone.admin(), await alone.register(), await alone.register()
    group_id, group = await spend(alone, ada, bob)
    days = {"from": (TODAY - timedelta(days=1)).isoformat(), "to": TODAY.isoformat()}
    by_user = await usage(admin, **days)
    assert (by_user["from"], by_user["to"], by_user["by"]) == (*days.values(), "user")
    of_users = {ada.name: (2, 100, 5_000), bob.name: (4, 70, 1_000), "": (4, 40, 2_000)}
    assert told(by_user) == of_users
    assert {row["key"] for row in by_user["rows"]} == {str(ada.id), str(bob.id), ""}
    total = by_user["total"]
    assert (total["messages"], total["prompt_tokens"], total["cost_nano_usd"]) == (10, 210, 8_000)
    assert by_user["next_cursor"] is None

    by_model = await usage(admin, **days, by="model")
    assert told(by_model) == {
        "server 7 / big": (7, 160, 8_000),
        "server 8 / small": (3, 50, None),
    }
    assert [row["label"] for row in by_model["rows"]] == ["server 7 / big", "server 8 / small"]
    assert by_model["total"] == total
    by_connection = await usage(admin, **days, by="connection")
    assert [(row["key"], row["label"]) for row in by_connection["rows"]] == [
        *[("7", "server 7"), ("8", "server 8")]
    ]
    by_day = await usage(admin, **days, by="day")
    assert told(by_day) == {days["from"]: (1, 20, 1_000), days["to"]: (9, 190, 7_000)}
    by_group = await usage(admin, **days, by="group")
    assert told(by_group) == {group: (2, 100, 5_000), "": (8, 110, 3_000)}
    assert [row["key"] for row in by_group["rows"]] == [str(group_id), ""]

    names = []
    page = await usage(admin, **days, limit=1)
    while True:
        names += [row["label"] for row in page["rows"]]
        assert page["total"] == total
        if page["next_cursor"] is None:
            break
        page = await usage(admin, **days, limit=1, cursor=page["next_cursor"])
    assert names == [*sorted([ada.name, bob.name], key=canonical), ""]
    nothing = await usage(admin, **{"from": "2020-01-01", "to": "2020-01-31"})
    assert nothing["rows"] == [] and nothing["total"]["cost_nano_usd"] is None


@pytest.mark.databases("sqlite")
async def test_what_is_no_usage(server: RunningServer) -> None:
    admin = await server.admin()
    wrong: list[dict[str, str]] = [
        {"from": "yesterday"},
        {"from": "2026-02-01", "to": "2026-01-01"},
        {"by": "conversation"},
        {"cursor": "!"},
        {"limit": "0"},
    ]
    for params in wrong:
        answer = await admin.get("/admin/usage", params=params)
        assert_refused(answer, 422, "invalid_input")
