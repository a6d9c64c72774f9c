"""Sums of what was used: by day of any time zone, by model, by connection."""

import asyncio
import csv
import io
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, update

from app.database import table_of
from app.models import UsageZone
from app.services.usage.sums import zone_names
from app.services.usage.zones import OTHER_ZONES
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.usage.ledger import put, target
from tests.usage.spending import attempts, usage

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MARCH = {"first": "2026-03-01", "to": "2026-03-31"}


async def used(server: RunningServer, *rows: Any, **columns: Any) -> None:
    await server.app.state.services.database.write(partial(put, **columns), *rows)


async def days(person: Person, tz: str, **query: Any) -> dict[str, int]:
    """How many requests there were on each day."""
    rows = await usage(person, tz=tz, **MARCH | query)
    return {row["key"]: row["attempts"] for row in rows}


async def test_sums_are_by_day_model_and_connection(server: RunningServer) -> None:
    ada = await server.register()
    small, large = target(ada.id, "small"), target(ada.id, "large")
    elsewhere = target(ada.id, "small", "there")
    await used(server, ada.id, small, NOON, NOON + timedelta(days=1))
    await used(server, ada.id, large, NOON, cost_nano=None, counted_by="estimate")
    await used(server, ada.id, elsewhere, NOON, cost_nano=5, cached_tokens=40, reasoning_tokens=9)
    first, second = await usage(ada, **MARCH)
    assert first == {
        "key": "2026-03-10",
        "label": "2026-03-10",
        "attempts": 3,
        "prompt_tokens": 300,
        "cached_tokens": 40,
        "cache_write_tokens": 0,
        "completion_tokens": 30,
        "reasoning_tokens": 9,
        "cost_nano_usd": 1_005,
        "estimated": 1,
        "unpriced": 1,
    }
    assert (second["key"], second["attempts"]) == ("2026-03-11", 1)
    models = await usage(ada, by="model", **MARCH)
    told = [(row["label"], row["attempts"], row["cost_nano_usd"]) for row in models]
    assert told == [("small · here", 2, 2_000), ("small · there", 1, 5), ("large", 1, None)]
    connections = await usage(ada, by="connection", **MARCH)
    assert [(row["label"], row["attempts"]) for row in connections] == [("here", 3), ("there", 1)]
    parts = await usage(ada, by="day", split="model", **MARCH)
    assert [(row["key"][-2:], row["split_label"], row["attempts"]) for row in parts] == [
        ("10", "small · here", 1),
        ("10", "small · there", 1),
        ("10", "large", 1),
        ("11", "small · here", 1),
    ]
    assert {row["split_key"] for row in parts} == {row["key"] for row in models}
    [none] = await usage(ada, by="key", **MARCH)
    assert (none["key"], none["label"], none["attempts"]) == ("0", "", 4)


async def test_what_is_asked_for_is_what_is_summed(server: RunningServer) -> None:
    ada = await server.register()
    await used(server, ada.id, target(ada.id), *(NOON + timedelta(days=n) for n in range(5)))
    assert await days(ada, "UTC", first="2026-03-11", to="2026-03-13") == {
        "2026-03-11": 1,
        "2026-03-12": 1,
        "2026-03-13": 1,
    }
    answer = (await ada.get("/usage?tz=Asia/Shanghai")).json()
    today = datetime.now(UTC) + timedelta(hours=8)
    assert answer["rows"] == [] and (answer["tz"], answer["by"]) == ("Asia/Shanghai", "day")
    assert answer["to"] == str(today.date()) and answer["from"] == str(today.date())[:8] + "01"


async def test_days_are_those_of_the_time_zone(server: RunningServer) -> None:
    ada = await server.register()
    midnight = datetime(2026, 3, 10, tzinfo=UTC)
    times = [midnight + timedelta(minutes=minutes) for minutes in (-30, -10, 10, 20)]
    await used(server, ada.id, target(ada.id), *times)
    assert await days(ada, "UTC") == {"2026-03-09": 2, "2026-03-10": 2}
    assert await days(ada, "Asia/Shanghai") == {"2026-03-10": 4}
    assert await days(ada, "America/New_York") == {"2026-03-09": 4}
    assert await days(ada, "Asia/Kathmandu") == {"2026-03-10": 4}  # UTC+05:45
    # What comes later is added to the zones that were asked for.
    await used(server, ada.id, target(ada.id), midnight + timedelta(hours=4, minutes=10))
    assert await days(ada, "America/New_York") == {"2026-03-09": 4, "2026-03-10": 1}
    assert await days(ada, "Asia/Shanghai") == {"2026-03-10": 5}


async def test_summer_time_begins_on_its_day(server: RunningServer) -> None:
    ada = await server.register()
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    times = [change + timedelta(hours=hours) for hours in (-3, -1, 0, 20, 21, 22)]
    await used(server, ada.id, target(ada.id), *times)
    # One o'clock in UTC is two in winter, and three in summer.
    assert await days(ada, "Europe/Berlin") == {
        "2026-03-28": 1,
        "2026-03-29": 3,
        "2026-03-30": 2,
    }


@pytest.mark.databases("sqlite")
async def test_few_zones_are_kept(server: RunningServer) -> None:
    ada = await server.register()
    await used(server, ada.id, target(ada.id), NOON)
    zones = ("Asia/Tokyo", "Asia/Shanghai", "Europe/Paris", "Europe/Rome", "America/Lima")
    for zone in (*zones, *zones):
        assert await days(ada, zone) == {"2026-03-10": 1}
    kept = await server.app.state.services.database.read(zone_names, {ada.id})
    assert kept == {"UTC", *zones[-OTHER_ZONES:]}
    await used(server, ada.id, target(ada.id), NOON)
    assert [await days(ada, zone) for zone in zones] == [{"2026-03-10": 2}] * len(zones)


async def test_who_asks_sees_what_others_are_adding_up(server: RunningServer) -> None:
    ada = await server.register()
    times = [NOON + timedelta(seconds=n) for n in range(1_001)]
    await used(server, ada.id, target(ada.id), *times)
    fold = server.app.state.services.fold
    others = [asyncio.create_task(fold.all()) for _ in range(3)]
    assert await days(ada, "UTC") == {"2026-03-10": 1_001}
    await asyncio.gather(*others)


@pytest.mark.databases("sqlite")
async def test_a_zone_that_is_no_more_stops_nothing(server: RunningServer) -> None:
    ada = await server.register()
    await used(server, ada.id, target(ada.id), NOON)
    assert await days(ada, "Asia/Tokyo") == {"2026-03-10": 1}
    database = server.app.state.services.database

    def rename(connection: Connection) -> None:
        zone = table_of(UsageZone)
        tokyo = update(zone).where(zone.c.user_id == ada.id, zone.c.name == "Asia/Tokyo")
        connection.execute(tokyo.values(name="Asia/Edo"))

    await database.write(rename)
    await used(server, ada.id, target(ada.id), NOON)
    assert await days(ada, "UTC") == {"2026-03-10": 2}
    assert await database.read(zone_names, {ada.id}) == {"UTC"}
    assert await days(ada, "Asia/Tokyo") == {"2026-03-10": 2}


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("tz=Mars/Olympus", "tz"),
        ("tz=../../etc/passwd", "tz"),
        ("tz=America", "tz"),
        ("tz=Factory", "tz"),
        ("tz=right/UTC", "tz"),
        ("tz=posixrules", "tz"),
        ("tz=", "tz"),
        ("tz=Asia%2FShanghai%00", "tz"),
        ("from=2026-02-30", "from"),
        ("from=1", "from"),
        ("from=2026-03-02&to=2026-03-01", "from"),
        ("from=0001-01-01", "from"),
        ("to=9999-12-31", "from"),
        ("by=week", "by"),
        ("by=day&split=day", "split"),
    ],
)
async def test_what_is_no_request_is_refused(server: RunningServer, query: str, field: str) -> None:
    ada = await server.register()
    answer = await ada.get(f"/usage?{query}")
    assert_refused(answer, 422, "invalid_input")
    assert field in answer.json()["detail"]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("cursor", ["", "x", "-1-1", "1", f"{10**17}-1", "1-1-1", "٣-٣"])
async def test_a_cursor_is_one_that_was_given(server: RunningServer, cursor: str) -> None:
    ada = await server.register()
    assert_refused(
        await ada.get("/usage/attempts", params={"cursor": cursor}), 422, "invalid_input"
    )


async def test_requests_are_read_in_pages(server: RunningServer) -> None:
    ada = await server.register()
    times = [NOON + timedelta(seconds=n // 2) for n in range(9)]  # two at a time
    await used(server, ada.id, target(ada.id), *times)
    found = await attempts(ada, limit=2)
    assert [each["started_at"] for each in found] == sorted(each["started_at"] for each in found)
    assert len({each["id"] for each in found}) == 9


async def test_all_of_it_can_be_taken_away(server: RunningServer) -> None:
    ada = await server.register()
    await used(server, ada.id, target(ada.id, "=1+1", "@sum"), NOON, cost_nano=1_500_000_000)
    await used(server, ada.id, target(ada.id, "模型,\n2"), NOON - timedelta(days=40), NOON)
    answer = await ada.get("/usage.csv?from=2026-03-01&to=2026-03-31&tz=Asia/Shanghai")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="usage.csv"' in answer.headers["content-disposition"]
    text = answer.content.decode("utf-8-sig")
    second, first = csv.DictReader(io.StringIO(text, newline=""))
    [known, *_] = await attempts(ada)
    named = {"connection_label": "connection", "model_name": "model", "cost_nano_usd": "cost_usd"}
    assert first.keys() == {named.get(name, name) for name in known}
    assert (first["model"], first["connection"]) == ("'=1+1", "'@sum")
    assert (first["cost_usd"], first["prompt_tokens"]) == ("1.5", "100")
    assert (second["model"], second["started_at"]) == ("模型,\n2", "2026-03-10T12:00:00.000000Z")


async def test_a_long_list_is_sent_whole(server: RunningServer) -> None:
    ada = await server.register()
    times = [NOON + timedelta(seconds=n) for n in range(1_201)]
    await used(server, ada.id, target(ada.id), *times)
    lines = (await ada.get("/usage.csv?from=2026-03-01&to=2026-03-31")).text.splitlines()
    assert len(lines) == 1_202 and len(set(lines)) == 1_202
    assert await days(ada, "Asia/Tokyo") == {"2026-03-10": 1_201}
