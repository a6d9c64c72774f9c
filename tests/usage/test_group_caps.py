"""Caps of groups: their members use them together, over all processes; who leaves takes along what
they used. Administrators set them, and all other caps of the operator's."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.conftest import StartServer
from tests.faults.watching import eventually
from tests.groups.grouped import (
    cap_of,
    join,
    leave,
    new_group,
    set_grants,
    shared_connection,
)
from tests.support.audit_log import events
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream
from tests.usage.capped import caps_of
from tests.usage.test_shared_caps import ask, statuses

pytestmark = pytest.mark.anyio

MISSING = 2**62


async def told_to(person: Person, cap: int) -> dict[str, Any]:
    """What somebody is told of a cap."""
    return next(each for each in await caps_of(person) if each["id"] == cap)


async def test_members_use_it_together_over_two_processes(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    server = await start_server()
    admin = await server.admin()
    people = [await server.register() for _ in range(3)]
    outsider = await server.register()
    async with shared_connection(admin, upstream.url, "echo") as shared:
        model, group = shared["models"][0]["id"], await new_group(admin, *people)
        how_much = {"period": "day", "unit": "messages", "amount": 5}
        of = {"scope": "group", "group_id": group, "connection_id": shared["id"]}
        async with cap_of(admin, **of, **how_much) as cap, server_process(database_url) as process:
            places = [*people, *(process.seen_by(person) for person in people)]
            answers = await asyncio.gather(*(ask(person, model) for person in places))
            passed = sum(each.status_code == 200 for each in answers)
            assert passed <= 5  # what a process has just used may be taken for held for a moment

            async def all_pass() -> bool:
                nonlocal passed
                passed += (await ask(people[0], model)).status_code == 200
                return bool(passed == 5)

            await eventually(all_pass)
            assert await statuses(*(ask(each, model) for each in places)) == [429] * len(places)
            refused = await ask(people[0], model)
            assert_refused(refused, 429, "cap_reached")
            its = await told_to(people[1], cap["id"])
            assert (its["scope"], its["used"], its["left"]) == ("group", 5, 0)
            (shown,) = [
                each
                for each in (await admin.get("/admin/caps")).json()["caps"]
                if each["id"] == cap["id"]
            ]
            assert (shown["used"], shown["group"]["id"]) == (5, group)
            # Who is in no such group is under none of it.
            at_other = process.seen_by(outsider)
            assert await statuses(ask(outsider, model), ask(at_other, model)) == [200, 200]
            assert cap["id"] not in [each["id"] for each in await caps_of(outsider)]


async def test_it_counts_what_its_members_used(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    admin, ada, bob = await server.admin(), await server.register(), await server.register()
    async with shared_connection(admin, upstream.url, "echo", "other") as shared:
        model, other = (each["id"] for each in shared["models"])
        group = await new_group(admin, ada)
        of = {"scope": "group", "group_id": group, "connection_id": shared["id"]}
        how_much = {"period": "month", "unit": "messages", "amount": 2, "model_id": model}
        async with cap_of(admin, **of, **how_much) as cap:
            assert await statuses(*(ask(bob, model) for _ in range(2))) == [200, 200]
            assert (await ask(ada, model)).status_code == 200
            await join(admin, group, bob)

            async def is_all_used() -> bool:
                return bool((await told_to(ada, cap["id"]))["used"] == 3)

            await eventually(is_all_used)
            # What this process held of it before is what it may still have used unseen.
            await eventually(lambda: refused(bob, model))
            assert (await ask(bob, other)).status_code == 200
            await leave(admin, group, bob)
            assert (await ask(bob, model)).status_code == 200
            assert (await told_to(ada, cap["id"]))["used"] == 1
            assert cap["id"] not in [each["id"] for each in await caps_of(bob)]


async def refused(person: Person, model: int) -> bool:
    answered = await ask(person, model)
    return bool(answered.status_code == 429)


@pytest.mark.databases("sqlite")
async def test_administrators_set_them(server: RunningServer, upstream: ScriptedUpstream) -> None:
    admin, ada = await server.admin(), await server.register()
    group = await new_group(admin, ada)
    async with shared_connection(admin, upstream.url, "echo") as shared:
        model, of = shared["models"][0], {"connection_id": shared["id"]}
        how_much = {"period": "day", "unit": "tokens", "amount": 10**9}
        async with (
            cap_of(admin, scope="user", **how_much) as each,
            cap_of(admin, scope="user", user_id=ada.id, **how_much, **of) as one,
            cap_of(
                admin, scope="group", group_id=group, **how_much, **of, model_id=model["id"]
            ) as its,
        ):
            named = {"id": shared["id"], "slug": shared["slug"], "label": shared["label"]}
            assert its == {
                **{"id": its["id"], "scope": "group", "user": None, "warn_percent": 80},
                "group": {"id": group, "name": its["group"]["name"]},
                **{"connection": named, "model": {"id": model["id"], "name": "echo"}},
                **how_much,
                **{"used": 0, "resets_at": its["resets_at"]},
            }
            assert (each["user"], each["connection"], each["used"]) == (None, None, None)
            assert (one["user"], one["model"]) == ({"id": ada.id, "username": ada.name}, None)
            listed = (await admin.get("/admin/caps")).json()["caps"]
            assert [cap for cap in listed if cap["id"] in (each["id"], one["id"], its["id"])] == [
                *(each, one, its)
            ]
            changed = await events(server, action="caps_changed", user_id=ada.id)
            assert [found["detail"] for found in changed] == [{"admin_id": admin.id}]
    assert_refused(await admin.request("DELETE", f"/admin/caps/{its['id']}"), 404, "cap_not_found")
    own = {"target": "all", "period": "day", "unit": "tokens", "amount": 10**9}
    set_own = await ada.request("PUT", "/usage/caps", json={"caps": [own]})
    theirs = set_own.json()["caps"][-1]["id"]
    assert_refused(await admin.request("DELETE", f"/admin/caps/{theirs}"), 404, "cap_not_found")


@pytest.mark.databases("sqlite")
async def test_what_cannot_be_capped(server: RunningServer, upstream: ScriptedUpstream) -> None:
    admin, ada = await server.admin(), await server.person_with_model(upstream.url)
    (own,) = (await ada.get("/connections")).json()["connections"]
    foreign = next(
        model["id"]
        for model in (await ada.get("/models")).json()["models"]
        if not model["connection"]["shared"]
    )
    how_much = {"period": "day", "unit": "tokens", "amount": 1}
    async with shared_connection(admin, upstream.url, "echo") as shared:
        of = {"connection_id": shared["id"]}
        for form, status, code in (
            ({"scope": "user", "user_id": MISSING}, 404, "user_not_found"),
            ({"scope": "group", "group_id": MISSING}, 404, "group_not_found"),
            ({"scope": "everyone", "connection_id": own["id"]}, 404, "connection_not_found"),
            ({"scope": "everyone", **of, "model_id": foreign}, 404, "model_not_found"),
            ({"scope": "everyone", "model_id": foreign}, 422, "invalid_input"),
            ({"scope": "everyone", "user_id": ada.id}, 422, "invalid_input"),
            ({"scope": "user", "group_id": 1}, 422, "invalid_input"),
            ({"scope": "group"}, 422, "invalid_input"),
            ({"scope": "key"}, 422, "invalid_input"),
            ({"scope": "everyone", "amount": -1}, 422, "invalid_input"),
            ({"scope": "everyone", "source": "user"}, 422, "invalid_input"),
            ({"scope": "everyone", "target": "all"}, 422, "invalid_input"),
        ):
            answer = await admin.post("/admin/caps", json=how_much | form)
            assert_refused(answer, status, code)
    assert (await admin.get("/admin/caps")).json()["caps"] == []


class Begins:
    """How many statements each transaction ran that began a reply."""

    def __init__(self) -> None:
        self.counts: list[int] = []

    def traced(self, driver: Any, _: object) -> None:
        """Called with each new connection to a database."""
        file = getattr(driver, "driver_connection", driver)
        if not isinstance(file, sqlite3.Connection):
            return
        statements: list[str] = []

        def ran(statement: str) -> None:
            if statement.startswith("BEGIN"):
                statements.clear()
            elif statement != "COMMIT":
                statements.append(statement)
            elif any(each.startswith("INSERT INTO generation ") for each in statements):
                self.counts.append(len(statements))

        file.set_trace_callback(ran)


@pytest.fixture
def begins() -> Iterator[Begins]:
    begins = Begins()
    event.listen(Engine, "connect", begins.traced)
    yield begins
    event.remove(Engine, "connect", begins.traced)


@pytest.mark.databases("sqlite")
async def test_others_pay_no_statement_for_it(
    begins: Begins, start_server: StartServer, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    """What is for groups costs a send one statement where the model is restricted, and none
    anywhere else."""
    server = await start_server(database_url=f"sqlite:///{tmp_path / 'own.db'}")
    admin, ada, bob = await server.admin(), await server.register(), await server.register()
    counts = []
    async with (
        shared_connection(admin, upstream.url, "echo") as plain,
        shared_connection(admin, upstream.url, "echo") as restricted,
    ):
        model, its = plain["models"][0]["id"], restricted["models"][0]["id"]

        async def count(person: Person, model: int) -> None:
            conversation = await person.conversation("named")
            path = f"/conversations/{conversation}/messages"
            body = {"content": "hello", "model_id": model}
            for _ in range(2):  # of the first one that went to a model a row is new
                begins.counts.clear()
                assert (await person.post(path, json=body)).status_code == 200
            counts.append(begins.counts[-1])

        await count(ada, model)
        group = await new_group(admin, bob)
        await set_grants(admin, restricted, {"group_id": group})
        how_much = {"period": "day", "unit": "messages", "amount": 100}
        async with cap_of(admin, scope="group", group_id=group, **how_much):
            await count(ada, model)
            await join(admin, await new_group(admin), ada)
            await count(ada, model)
        await count(bob, its)
    ordinary = counts[0]
    assert counts == [ordinary, ordinary, ordinary, ordinary + 1]
