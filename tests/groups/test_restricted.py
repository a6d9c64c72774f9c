"""A restricted connection is there for members of the groups that have a grant, and for nobody
else, on every way to a model: losing a grant is seen by the next request, in every process."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.endpoints.connecting import add_model, connect, models, patch
from tests.endpoints.test_every_way import WAYS, by_http, by_socket
from tests.groups.grouped import cap_of, join, leave, new_group, set_grants, shared_connection
from tests.keys.programs import Program, assert_told, program_of
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream
from tests.transfer.exporting import fetched, ticket_path
from tests.transfer.imported import brought_in

pytestmark = pytest.mark.anyio


@dataclass
class Restricted:
    """A connection with two models that is for a group alone, in which ada is and bob is not."""

    admin: Person
    ada: Person
    bob: Person
    group: int
    connection: dict[str, Any]

    @property
    def model(self) -> int:
        return int(self.connection["models"][0]["id"])

    @property
    def other(self) -> int:
        return int(self.connection["models"][1]["id"])

    @property
    def slug(self) -> str:
        return f"@{self.connection['slug']}"

    async def seen_by(self, person: Person) -> list[int]:
        """Which of its models somebody is shown."""
        its = [each["id"] for each in self.connection["models"]]
        return [model["id"] for model in await models(person) if model["id"] in its]


@pytest.fixture
async def restricted(
    server: RunningServer, upstream: ScriptedUpstream
) -> AsyncIterator[Restricted]:
    admin, ada, bob = await server.admin(), await server.register(), await server.register()
    async with shared_connection(admin, upstream.url, "at_length", "greets") as shared:
        group = await new_group(admin, ada)
        shared = await set_grants(admin, shared, {"group_id": group})
        yield Restricted(admin, ada, bob, group, shared)


async def ask(person: Person, model: int | None = None, conversation: int | None = None) -> Any:
    conversation = conversation or await person.conversation("named")
    body: dict[str, Any] = {"content": "hello"} | ({"model_id": model} if model else {})
    return await person.post(f"/conversations/{conversation}/messages", json=body)


async def test_members_use_it_and_others_do_not_see_it(restricted: Restricted) -> None:
    ada, bob, model = restricted.ada, restricted.bob, restricted.model
    assert await restricted.seen_by(ada) == [model, restricted.other]
    assert await restricted.seen_by(bob) == []
    assert await restricted.seen_by(restricted.admin) == []  # they are no member
    assert (await ask(ada, model)).status_code == 200
    assert_refused(await ask(bob, model), 404, "model_not_found")
    await leave(restricted.admin, restricted.group, ada)
    await join(restricted.admin, restricted.group, bob)
    assert await restricted.seen_by(ada) == []
    assert_refused(await ask(ada, model), 404, "model_not_found")
    assert (await ask(bob, model)).status_code == 200
    # One model of it alone; then nobody; then everybody.
    its = {"group_id": restricted.group, "model_ids": [restricted.other]}
    told = await set_grants(restricted.admin, restricted.connection, its)
    assert (told["shared"], told["restricted"], told["grants"]) == (True, True, [its])
    assert await restricted.seen_by(bob) == [restricted.other]
    assert (await ask(bob, restricted.other)).status_code == 200
    assert_refused(await ask(bob, model), 404, "model_not_found")
    await set_grants(restricted.admin, restricted.connection)
    assert_refused(await ask(bob, restricted.other), 404, "model_not_found")
    await set_grants(restricted.admin, restricted.connection, restricted=False)
    for person in (ada, bob):
        assert await restricted.seen_by(person) == [model, restricted.other]
        assert (await ask(person, model)).status_code == 200


async def test_a_lost_grant_is_seen_by_the_next_send_in_another_process(
    restricted: Restricted, database_url: str
) -> None:
    async with server_process(database_url) as process:
        ada = process.seen_by(restricted.ada)
        conversation = await ada.conversation("named")
        await patch(ada, f"/conversations/{conversation}", model_id=restricted.model)
        assert (await ask(ada, None, conversation)).status_code == 200
        await leave(restricted.admin, restricted.group, ada)
        assert_refused(await ask(ada, None, conversation), 409, "model_gone")
        assert_refused(await ask(ada, restricted.model), 404, "model_not_found")
        await join(restricted.admin, restricted.group, ada)
        assert (await ask(ada, None, conversation)).status_code == 200


@pytest.mark.databases("sqlite")
async def test_in_every_way_to_ask(restricted: Restricted, upstream: ScriptedUpstream) -> None:
    """A conversation that had the model is answered by none then; another one is not asked."""
    ada, model = restricted.ada, restricted.model
    conversation = await ada.conversation("named")
    await patch(ada, f"/conversations/{conversation}", model_id=model)
    assert (await ada.say(conversation, "hello")).status_code == 200
    for way in WAYS:
        assert (await by_http(ada, conversation, way)).status_code == 200
    await leave(restricted.admin, restricted.group, ada)
    before, count = await ada.messages(conversation), len(upstream.requests)
    for way in WAYS:
        assert_refused(await by_http(ada, conversation, way), 409, "model_gone")
        assert (await by_socket(ada, conversation, way))[1]["code"] == "model_gone"
        named = await by_http(ada, conversation, way, model_id=model)
        assert_refused(named, 404, "model_not_found")
        _, error = await by_socket(ada, conversation, way, model_id=model)
        assert error["code"] == "model_not_found"
    context = f"/conversations/{conversation}/context"
    assert_refused(await ada.post(context, json={"content": "x"}), 409, "model_gone")
    named = await ada.post(context, json={"content": "x", "model_id": model})
    assert_refused(named, 404, "model_not_found")
    assert await ada.messages(conversation) == before
    assert len(upstream.requests) == count


@pytest.mark.databases("sqlite")
async def test_it_cannot_be_chosen(restricted: Restricted) -> None:
    """Neither for a conversation or all of them, nor in a preset, a key, a cap or as favourite."""
    ada, bob, model = restricted.ada, restricted.bob, restricted.model
    mine, theirs = await ada.conversation("named"), await bob.conversation("named")
    cap = {"target": "model", "model_id": model, "period": "day", "unit": "tokens", "amount": 9}
    for method, path, body, status in (
        ("PATCH", "/conversations/{}", {"model_id": model}, 200),
        ("PATCH", "/auth/me", {"default_model_id": model}, 200),
        ("PATCH", "/auth/me", {"title_model_id": model}, 200),
        ("POST", "/presets", {"name": "A", "model_id": model}, 201),
        ("POST", "/auth/keys", {"name": "A", "model_ids": [model]}, 201),
        ("PUT", "/usage/caps", {"caps": [cap]}, 200),
        ("PATCH", f"/models/{model}", {"favourite": True}, 200),
    ):
        refused = await bob.request(method, path.format(theirs), json=body)
        assert_refused(refused, 404, "model_not_found")
        done = await ada.request(method, path.format(mine), json=body)
        assert done.status_code == status, done.text
    # A default model that was lost answers no more, and none does in its place.
    assert (await ada.get("/auth/me")).json()["can_chat"]
    await leave(restricted.admin, restricted.group, ada)
    assert not (await ada.get("/auth/me")).json()["can_chat"]
    assert_refused(await ask(ada), 409, "model_gone")


@pytest.mark.databases("sqlite")
async def test_by_programs(restricted: Restricted) -> None:
    ada, bob, slug = restricted.ada, restricted.bob, restricted.slug
    name = f"{slug}/greets"
    free = await program_of(ada)
    fixed = await program_of(ada, model_ids=[restricted.other])
    strange = await program_of(bob)

    async def listed(program: Program) -> list[str]:
        found = (await program.request("GET", "/models")).json()["data"]
        return [model["id"] for model in found if model["id"].startswith(slug)]

    assert await listed(free) == [f"{slug}/at_length", name]
    assert (await listed(fixed), await listed(strange)) == ([name], [])
    for program in (free, fixed):
        assert (await program.chat(name)).status_code == 200
        assert (await program.request("GET", f"/models/{name}")).status_code == 200
    await patch(ada, "/auth/me", default_model_id=restricted.other)
    assert (await free.chat("default")).status_code == 200
    await leave(restricted.admin, restricted.group, ada)
    for program in (free, fixed, strange):
        for asked in (name, "greets", "default"):
            assert_told(await program.chat(asked), 404, "model_not_found", "model")
        assert (await listed(program)) == []
        told = await program.request("GET", f"/models/{name}")
        assert_told(told, 404, "model_not_found", "model")


@pytest.mark.databases("sqlite")
async def test_titles_are_written_by_what_is_left(
    restricted: Restricted, upstream: ScriptedUpstream
) -> None:
    ada = restricted.ada
    own = await add_model(ada, await connect(ada, upstream.url, label="Own"), "at_length")
    await patch(ada, "/auth/me", default_model_id=own, title_model_id=restricted.model)
    keys = []
    for member in (True, False):
        if not member:
            await leave(restricted.admin, restricted.group, ada)
        conversation = await ada.conversation()
        async with ada.socket(conversation) as socket:
            await socket.say("hello")
            await socket.until("title")
        keys.append(upstream.requests[-1].headers["authorization"])
    assert "operator" in keys[0] and "operator" not in keys[1]


@pytest.mark.databases("sqlite")
async def test_it_does_not_come_with_what_others_give_away(restricted: Restricted) -> None:
    """Neither with an export that names it nor by a link: what would be set tells what there is."""
    ada, bob, admin = restricted.ada, restricted.bob, restricted.admin
    member = await restricted.bob.server.register()
    await join(admin, restricted.group, member)
    conversation = await ada.conversation("named")
    await patch(ada, f"/conversations/{conversation}", model_id=restricted.model)
    assert (await ada.say(conversation, "hello")).status_code == 200
    link = (await ada.post(f"/conversations/{conversation}/shares")).json()["url"]
    data = (await fetched(ada, await ticket_path(ada))).content

    async def chosen(person: Person) -> list[int | None]:
        found = (await person.get("/conversations")).json()["conversations"]
        ids = [each["id"] for each in found]
        return [(await person.get(f"/conversations/{id}")).json()["model_id"] for id in ids]

    for person, model in ((bob, None), (member, restricted.model)):
        assert (await brought_in(person, data, "export.zip"))["created"] == 1
        assert await chosen(person) == [model]
        assert (await person.post(f"{link}/continue")).status_code == 201
        assert set(await chosen(person)) == {None, model}


@pytest.mark.databases("sqlite")
async def test_its_caps_are_told_to_members_alone(restricted: Restricted) -> None:
    """They say what it is called."""
    how_much = {"scope": "user", "period": "day", "unit": "tokens", "amount": 10**9}
    of = {"connection_id": restricted.connection["id"]}
    its = {"group_id": restricted.group, "model_ids": [restricted.model]}
    await set_grants(restricted.admin, restricted.connection, its)

    async def labels(person: Person) -> list[str]:
        found = (await person.get("/usage/caps")).json()["caps"]
        return [cap["label"] for cap in found if cap["label"]]

    async with (
        cap_of(restricted.admin, **how_much, **of),
        cap_of(restricted.admin, **how_much, **of, model_id=restricted.model),
        cap_of(restricted.admin, **how_much, **of, model_id=restricted.other),
    ):
        assert await labels(restricted.ada) == [restricted.connection["label"], "at_length"]
        assert await labels(restricted.bob) == []


@pytest.mark.databases("sqlite")
async def test_messages_to_it_are_no_limit_of_others(
    start_server: StartServer, upstream: ScriptedUpstream, tmp_path: Any
) -> None:
    """Whoever is shared nothing is told of no daily limit."""
    server = await start_server(database_url=f"sqlite:///{tmp_path / 'own.db'}")
    admin, ada, bob = await server.admin(), await server.register(), await server.register()
    async with shared_connection(admin, upstream.url, "echo") as shared:
        await set_grants(admin, shared, {"group_id": await new_group(admin, ada)})
        told = [len((await each.get("/usage/caps")).json()["caps"]) for each in (ada, bob)]
        assert told == [1, 0]
