"""The operator's caps, and what was used of the operator's models, by the command line."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from app.database import table_of
from app.models import UsageDay, UsageGone, UsageTarget
from tests.conftest import StartServer
from tests.support.backups import command, done, refused
from tests.support.server import RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.usage.capped import caps_of

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

_target = table_of(UsageTarget)
_day = table_of(UsageDay)
_gone = table_of(UsageGone)

OCTOBER = 20_727  # 2026-10-01

Run = Callable[..., Awaitable[Any]]


@pytest.fixture
async def shared(
    tmp_path: Path, start_server: StartServer, upstream: ScriptedUpstream
) -> tuple[RunningServer, Run]:
    """A server whose settings name a model, and its command line."""
    url = f"sqlite:///{tmp_path / 'own.db'}"
    settings = {"default_model_url": upstream.url, "default_model_name": "echo"}
    server = await start_server(
        database_url=url,
        default_model_daily_messages=0,
        **settings,
        default_api_key="sk-settings",
    )

    async def run(*words: str) -> Any:
        return await asyncio.to_thread(command, tmp_path, url, *words)

    return server, run


async def test_a_cap_of_each_user(shared: tuple[RunningServer, Run]) -> None:
    server, run = shared
    ada = await server.register("ada")
    conversation = await ada.conversation("named")
    added = done(await run("cap", "add", "--each", "--per", "day", "--messages", "1"))
    assert added == "Cap 1 was set\n"
    assert (await ada.say(conversation, "hello")).status_code == 200
    assert (await ada.say(conversation, "hello")).status_code == 429
    (told,) = await caps_of(ada)
    assert (told["scope"], told["source"], told["target"]) == ("user", "operator", "shared")
    named = ("--user", "Ada", "--connection", "environment", "--model", "echo", "--warn", "50")
    done(await run("cap", "add", *named, "--per", "month", "--usd", "0.50"))
    done(await run("cap", "add", "--everyone", "--per", "day", "--tokens", "1000000"))
    rows = [json.loads(line) for line in done(await run("cap", "list", "--json")).splitlines()]
    assert rows[1] == {
        **{
            "id": 2,
            "scope": "user",
            "user": "ada",
            "group": None,
            "slug": "environment",
            "model": "echo",
        },
        **{"period": "month", "unit": "nano_usd", "amount": 500_000_000, "warn_percent": 50},
        "used": 0,
    }
    assert [row["used"] for row in rows] == [None, 0, 12]
    assert done(await run("cap", "list")).splitlines() == [
        "1  each user  all shared  1 messages a day  warns at 80 %",
        "2  ada  environment echo  $0.5 a month  warns at 50 %  $0 used",
        "3  everyone  all shared  1000000 tokens a day  warns at 80 %  12 tokens used",
    ]
    assert len(await caps_of(ada)) == 3
    done(await run("cap", "remove", "1"))
    refused(await run("cap", "remove", "1"), "There is no cap 1")
    assert (await ada.say(conversation, "hello")).status_code == 200


async def test_what_cannot_be_capped(shared: tuple[RunningServer, Run]) -> None:
    server, run = shared
    ada = await server.register()
    own = await ada.request(
        "PUT",
        "/usage/caps",
        json={"caps": [{"target": "all", "period": "day", "unit": "tokens", "amount": 1}]},
    )
    per = ("--per", "day")
    some = (*per, "--messages", "1")
    for words, why in (
        (some, "whose cap"),
        (("--each", "--everyone", *some), "whose cap"),
        (("--each", *per), "how much"),
        (("--each", *some, "--tokens", "1"), "how much"),
        (("--each", *some, "--model", "echo"), "--connection SLUG --model NAME"),
        (("--user", "nobody", *some), "no account named nobody"),
        (("--each", "--connection", "none", *some), "no such connection"),
        (("--each", "--connection", "environment", "--model", "none", *some), "no such model"),
        (("--each", *per, "--usd", "-1"), "decimal"),
        (("--each", *per, "--usd", "NaN"), "decimal"),
        (("--each", *per, "--usd", "1e3"), "decimal"),
    ):
        refused(await run("cap", "add", *words), why)
    for words in (("--per", "week", "--messages", "1"), (*per, "--messages", "-1")):
        assert (await run("cap", "add", "--each", *words)).returncode == 2
    assert done(await run("cap", "list")) == ""
    refused(await run("cap", "remove", str(own.json()["caps"][0]["id"])), "no cap")


def _use(connection: Connection, user_id: int) -> None:
    """Rows of two shared models, of one of a user's own, and of an account that is gone."""
    names = ("gpt", "llama", "own")
    for id, name in enumerate(names, 1):
        owner = user_id if name == "own" else None
        values = {"user_id": owner, "connection_label": "Ours", "is_shared": int(owner is None)}
        row = {"id": id, "hash": name.encode(), "model_name": name, **values}
        connection.execute(insert(_target).values(row))
    sums = {
        **{"attempts": 3, "messages": 2, "estimated": 1, "unpriced": 0, "prompt_tokens": 100},
        **{"cached_tokens": 10, "cache_write_tokens": 0, "completion_tokens": 50},
        **{"reasoning_tokens": 5, "cost_nano": 1_500_000},
    }
    of = {"user_id": user_id, "key_id": 0, **sums}
    days: list[dict[str, Any]] = [
        {"zone_id": 0, "day": OCTOBER, "target_id": 1},
        {"zone_id": 7, "day": OCTOBER, "target_id": 1},  # the same in somebody's time zone
        {"zone_id": 0, "day": OCTOBER + 1, "target_id": 2, "cost_nano": None, "unpriced": 3},
        {"zone_id": 0, "day": OCTOBER + 1, "target_id": 3},
        {"zone_id": 0, "day": OCTOBER + 31, "target_id": 1},
    ]
    for day in days:
        connection.execute(insert(_day).values(of | day))
    connection.execute(insert(_gone).values({"day": OCTOBER, "target_id": 1} | sums))


async def test_what_was_used(shared: tuple[RunningServer, Run]) -> None:
    server, run = shared
    ada = await server.register("ada")
    await server.app.state.services.database.write(_use, ada.id)
    october = ("--from", "2026-10-01", "--to", "2026-10-31")

    async def rows(*words: str) -> list[dict[str, Any]]:
        lines = done(await run("usage", *october, "--json", *words)).splitlines()
        return [json.loads(line) for line in lines]

    gpt, llama = await rows()
    assert gpt == {
        **{"key": "Ours / gpt", "messages": 4, "attempts": 6, "prompt_tokens": 200},
        **{"cached_tokens": 20, "completion_tokens": 100, "reasoning_tokens": 10},
        **{"cost_nano_usd": 3_000_000, "estimated": 2, "unpriced": 0},
    }
    assert (llama["key"], llama["cost_nano_usd"]) == ("Ours / llama", None)
    assert [(row["key"], row["messages"]) for row in await rows("--by", "user")] == [
        *(("ada", 4), (None, 2))
    ]
    assert [(row["key"], row["messages"]) for row in await rows("--by", "day")] == [
        *(("2026-10-01", 4), ("2026-10-02", 2))
    ]
    assert done(await run("usage", *october)).splitlines() == [
        "Ours / gpt  4 messages  6 requests  200 tokens in  100 out  $0.003  2 estimated",
        "Ours / llama  2 messages  3 requests  100 tokens in  50 out  cost not known  1 estimated",
    ]
    assert done(await run("usage", "--from", "2026-09-01", "--to", "2026-09-30")) == ""
    refused(await run("usage", "--from", "yesterday"), "yesterday is no day")
