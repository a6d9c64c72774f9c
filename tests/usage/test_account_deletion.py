"""What a deleted account used of the operator's models stays as sums without a person."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, func, select

from app.database import table_of
from app.models import UsageDay, UsageGone, UsageTarget
from app.services.usage.gone import DAYS_PER_COMMIT
from app.services.usage.targets import Target
from tests.conftest import StartServer
from tests.faults.watching import eventually
from tests.support.server import PASSWORD, Person, RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.usage.ledger import put, target
from tests.usage.spending import attempts, usage

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def shared() -> Target:
    """A model of the operator's that nobody has asked before."""
    return Target(None, 7, "ours", None, f"large {uuid4()}")


async def delete(person: Person) -> None:
    answer = await person.request("DELETE", "/auth/me", json={"password": PASSWORD})
    assert answer.status_code == 204, answer.text


async def used(server: RunningServer, *rows: Any, **columns: Any) -> None:
    await server.app.state.services.database.write(partial(put, **columns), *rows)


async def gone(server: RunningServer, model_name: str) -> list[dict[str, Any]]:
    """The sums without a person, of models of this name."""

    def read(connection: Connection) -> list[dict[str, Any]]:
        sums, model = table_of(UsageGone), table_of(UsageTarget)
        these = select(sums).join(model, model.c.id == sums.c.target_id)
        these = these.where(model.c.model_name == model_name).order_by(sums.c.day)
        return [dict(row) for row in connection.execute(these).mappings()]

    found: list[dict[str, Any]] = await server.app.state.services.database.read(read)
    return found


async def test_sums_of_shared_models_stay(server: RunningServer) -> None:
    ada, bob = await server.register(), await server.register()
    large = shared()
    for person in (ada, bob):
        await used(server, person.id, large, NOON, NOON, NOON + timedelta(days=1))
        await used(server, person.id, large, NOON, counted_by="estimate", cost_nano=None)
        await used(server, person.id, target(person.id, "small"), NOON)
        assert len(await usage(person, tz="Asia/Shanghai", first="2026-03-01")) == 2
    await delete(ada)
    kept = await usage(bob, first="2026-03-01")
    await delete(bob)
    first, second = await gone(server, large.model_name)
    counts = ("attempts", "estimated", "unpriced", "prompt_tokens", "completion_tokens")
    assert [first[name] for name in counts] == [6, 2, 2, 600, 60]
    assert (first["cost_nano"], second["cost_nano"]) == (4_000, 2_000)
    assert (second["day"] - first["day"], second["attempts"]) == (1, 2)
    assert [row["attempts"] for row in kept] == [4, 1]  # with one of a model of their own


async def test_many_days_go_in_parts_and_are_counted_once(server: RunningServer) -> None:
    ada = await server.register()
    large = shared()
    many = DAYS_PER_COMMIT + 30
    days = [NOON - timedelta(days=n) for n in range(many)]
    await used(server, ada.id, large, *days)
    await used(server, ada.id, target(ada.id), *days)
    await delete(ada)
    found = await gone(server, large.model_name)
    assert (len(found), {row["attempts"] for row in found}) == (many, {1})

    def left(connection: Connection) -> int:
        mine = select(func.count()).where(UsageDay.user_id == ada.id)
        return connection.execute(mine).scalar_one()

    assert await server.app.state.services.database.read(left) == 0


async def test_a_reply_that_runs_is_counted_as_it_is(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    default = {"default_model_url": upstream.url, "default_model_name": "hold"}
    server = await start_server(**default, default_api_key="sk-operator")
    before = await counted(server)
    ada = await server.register()
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="hello " * 50)
        await socket.until("chunk")
        running = server.app.state.services.supervisor.find(conversation)
        assert await attempts(ada) == []

        async def is_saved() -> bool:
            return bool(running.saved_content)

        await eventually(is_saved)
        await delete(ada)
    await running.task
    await server.app.state.services.fold.all()
    after = await counted(server)
    more = {name: after[name] - before[name] for name in after}
    assert (more["attempts"], more["messages"], more["estimated"]) == (1, 1, 1)
    assert more["prompt_tokens"] > 50
    assert more["completion_tokens"] > 0


async def counted(server: RunningServer) -> Counter[str]:
    names = ("attempts", "messages", "estimated", "prompt_tokens", "completion_tokens")
    rows = await gone(server, "hold")
    return Counter({name: sum(row[name] for row in rows) for name in names})
