"""The lists of conversations: which are in each, and how many."""

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from app.database import table_of
from app.models import Conversation, ConversationTally, Folder, User, utc_now
from app.services.conversations.list_rows import BEFORE, LISTS, page_query
from app.services.folders import tally
from tests.folders.listing import folder, folders_of, ids_in, page, place
from tests.support.plans import plan_of, walks_along
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

_conversation = table_of(Conversation)
_user = table_of(User)
_tally = table_of(ConversationTally)
_folder = table_of(Folder)


async def test_pinned_and_archived(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    a, b, c = [await ada.conversation(name) for name in "abc"]
    before = (await ada.get(f"/conversations/{a}")).json()
    assert (before["pinned"], before["archived"], before["folder_id"]) == (False, False, None)
    assert await place(ada, a, pinned=True) == before | {"pinned": True}
    assert await ids_in(ada, pinned=True) == [a]
    assert await ids_in(ada) == [c, b, a]
    item = (await page(ada, pinned=True))["conversations"][0]
    assert item["pinned"] is True and "archived" not in item

    assert await place(ada, a, archived=True) == before | {"pinned": True, "archived": True}
    await place(ada, c, archived=True)
    assert await ids_in(ada, pinned=True) == []
    assert await ids_in(ada) == [b]
    assert await ids_in(ada, archived=True) == [c, a]
    assert (await ada.say(a, "it answers all the same")).status_code == 200
    assert await ids_in(ada, archived=True) == [a, c]
    assert (await page(ada, archived=True))["conversations"][0]["archived"] is True

    await ada.request("DELETE", f"/conversations/{c}")
    assert (await ids_in(ada, archived=True), await ids_in(ada, deleted=True)) == ([a], [c])
    assert (await ada.post(f"/conversations/{c}/restore")).json()["archived"] is True
    assert (await ids_in(ada, archived=True), await ids_in(ada, deleted=True)) == ([a, c], [])
    # Null takes away, as everywhere but for titles and instructions.
    assert await place(ada, c, archived=None) == (await ada.get(f"/conversations/{c}")).json()
    await place(ada, a, archived=False)
    assert (await ids_in(ada), await ids_in(ada, pinned=True)) == ([a, c, b], [a])


async def test_one_list_at_a_time(server: RunningServer) -> None:
    ada = await server.register()
    made = (await folder(ada, "Work"))["id"]
    no = {"archived": False, "pinned": False, "deleted": False}
    assert await page(ada, **no) == {"conversations": [], "total": 0}
    for bad in (
        {"archived": True, "pinned": True},
        {"archived": True, "folder_id": made},
        {"pinned": True, "deleted": True},
        {"archived": "maybe"},
        {"folder_id": 0},
        {"folder_id": "x"},
        {"folder_id": 2**63},
    ):
        assert_refused(await ada.get("/conversations", params=bad), 422, "invalid_input")
    conversation = f"/conversations/{await ada.conversation()}"
    for change in ({"pinned": 1}, {"archived": "yes"}, {"folder_id": True}, {"folder_id": 0}):
        answer = await ada.request("PATCH", conversation, json=change)
        assert_refused(answer, 422, "invalid_input")


async def test_every_list_is_scrolled_through(server: RunningServer) -> None:
    ada = await server.register()
    made = (await folder(ada, "Work"))["id"]
    ids = [await ada.conversation() for _ in range(9)]
    lists: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"folder_id": made}, {"folder_id": made}),
        ({"pinned": True}, {"pinned": True}),
        ({"archived": True}, {"archived": True}),
    ]
    for where, query in lists:
        for id in ids:
            await place(ada, id, **where)
        seen: list[int] = []
        after: dict[str, Any] = {}
        while found := (await page(ada, limit=4, **query, **after))["conversations"]:
            seen += [item["id"] for item in found]
            after = {"before": found[-1]["updated_at"], "before_id": found[-1]["id"]}
        assert seen == ids[::-1]
        offset = (await page(ada, limit=4, offset=4, **query))["conversations"]
        assert [item["id"] for item in offset] == ids[4:0:-1]


async def test_totals_through_all_changes(server: RunningServer) -> None:
    ada = await server.register()
    chance = random.Random(19)
    folders = [(await folder(ada, name))["id"] for name in ("one", "two")]
    ids = [await ada.conversation() for _ in range(8)]

    async def change(id: int) -> None:
        path = f"/conversations/{id}"
        where = [
            {"pinned": chance.random() < 0.6},
            {"archived": chance.random() < 0.4},
            {"folder_id": chance.choice([*folders, None])},
        ]
        match chance.randrange(5):
            case 0:
                await ada.request("DELETE", path)
            case 1:
                await ada.post(f"{path}/restore")
            case _:
                await ada.request("PATCH", path, json=chance.choice(where))

    for _ in range(12):
        await asyncio.gather(*[change(id) for id in ids])
        await agree(server, ada)
    await ada.conversation()
    await agree(server, ada)


async def agree(server: RunningServer, person: Person) -> None:
    """What each list says is in it is what its rows say."""
    database = server.app.state.services.database
    kept = await database.read(rows_of, person.id)
    alive = [row for row in kept if row.deleted_at is None]
    listed = [row for row in alive if not row.archived]
    newest_first = [row.id for row in listed]
    assert await ids_in(person) == newest_first
    assert await ids_in(person, archived=True) == [row.id for row in alive if row.archived]
    assert await ids_in(person, pinned=True) == [row.id for row in listed if row.pinned]
    gone = [row.id for row in kept if row.deleted_at is not None]
    assert sorted(await ids_in(person, deleted=True)) == sorted(gone)
    for made in (await person.get("/folders")).json()["folders"]:
        inside = [row.id for row in listed if row.folder_id == made["id"]]
        assert await ids_in(person, folder_id=made["id"]) == inside
        assert made["conversation_count"] == len(inside)


def rows_of(connection: Connection, user_id: int) -> list[Any]:
    mine = select(_conversation).where(_conversation.c.user_id == user_id)
    newest_first = mine.order_by(_conversation.c.updated_at.desc(), _conversation.c.id.desc())
    return list(connection.execute(newest_first))


async def test_what_the_release_before_changes_is_counted(server: RunningServer) -> None:
    """It knows `deleted_at` and `conversation_count`, and nothing of lists."""
    ada = await server.register()
    database = server.app.state.services.database
    made = (await folder(ada, "Work"))["id"]
    ids = [await ada.conversation() for _ in range(6)]
    for id in ids[:3]:
        await place(ada, id, folder_id=made, pinned=True)
    await place(ada, ids[0], archived=True)
    await agree(server, ada)
    # Deleted one and made another: as many as before.
    await database.write(as_before, ada.id, {ids[1]: utc_now()}, +1)
    await agree(server, ada)
    await database.write(as_before, ada.id, {ids[0]: utc_now(), ids[1]: None}, -1)
    await agree(server, ada)
    await place(ada, ids[2], folder_id=None)
    await database.write(as_before, ada.id, {ids[0]: None, ids[2]: utc_now()})
    await place(ada, ids[3], pinned=True)
    await agree(server, ada)
    # And what is past its retention counts no more, purged or not.
    await database.write(as_before, ada.id, {ids[2]: utc_now() - timedelta(days=31)})
    assert (await page(ada, deleted=True))["total"] == 0


async def test_what_the_release_before_deleted_long_ago_is_counted(server: RunningServer) -> None:
    """Nobody looked until it was past its retention; as many as were deleted were made."""
    ada = await server.register()
    database = server.app.state.services.database
    archived, _ = await ada.conversation(), await ada.conversation()
    await place(ada, archived, archived=True)
    await agree(server, ada)
    await database.write(as_before, ada.id, {archived: utc_now() - timedelta(days=31)}, +1)
    await database.write(age, ada.id, timedelta(days=32))
    assert (await page(ada, archived=True))["total"] == 0
    assert (await page(ada))["total"] == 2
    row = await database.read(tally_of, ada.id, utc_now() - timedelta(days=30))
    assert tally.is_right(row) and row.archived == 0


def age(connection: Connection, user_id: int, by: timedelta) -> None:
    """As if a tally had been put right so long ago."""
    mine = update(_tally).where(_tally.c.user_id == user_id, _tally.c.newest_deleted.is_not(None))
    connection.execute(mine.values(newest_deleted=utc_now() - by))


def as_before(connection: Connection, user_id: int, deleted: dict[int, Any], made: int = 0) -> None:
    """What the release before does: deletes, restores, makes new ones."""
    changed = made
    for id, at in deleted.items():
        same = _conversation.c.id == id
        was = connection.execute(select(_conversation.c.deleted_at).where(same)).scalar()
        connection.execute(update(_conversation).where(same).values(deleted_at=at))
        changed += (was is not None) - (at is not None)
    if made > 0:
        now = utc_now()
        new = {"user_id": user_id, "title": "x", "title_source": "user"}
        connection.execute(insert(_conversation).values(**new, created_at=now, updated_at=now))
    counted = _user.c.conversation_count + changed - min(made, 0)
    connection.execute(
        update(_user).where(_user.c.id == user_id).values(conversation_count=counted)
    )


async def test_a_page_of_every_list_is_a_walk_along_an_index(server: RunningServer) -> None:
    ada = await server.register()
    made = (await folder(ada, "Work"))["id"]
    database = server.app.state.services.database
    for name in LISTS:
        await database.write(make_many, ada.id, made, name)
    for name, (_, index) in LISTS.items():
        values = {"of_user": ada.id, "of_folder": made, "most": 20, "after": 0}
        place = {"before": utc_now(), "before_id": 5_000}
        for query in (
            page_query(name).params(values),
            page_query(name, *BEFORE).params(values | place),
        ):
            plan = await database.read(plan_of, query)
            assert walks_along(index, plan), (name, plan)


def make_many(connection: Connection, user_id: int, folder_id: int, name: str) -> None:
    now = utc_now()
    where: dict[str, dict[str, Any]] = {
        "listed": {},
        "archived": {"archived": 1},
        "pinned": {"pinned": 1},
        "folder": {"folder_id": folder_id},
    }
    new = {"user_id": user_id, "title": "x", "title_source": "user", "created_at": now}
    rows = [new | {"updated_at": now + timedelta(seconds=n)} | where[name] for n in range(2_500)]
    connection.execute(insert(_conversation), rows)


async def test_a_total_is_read_not_counted(server: RunningServer) -> None:
    """However many there are: once they are known, no statement goes over them."""
    ada = await server.register()
    made = (await folder(ada, "Work"))["id"]
    database = server.app.state.services.database
    for name in ("listed", "archived", "pinned", "folder"):
        await database.write(make_many, ada.id, made, name)
    await database.write(as_before, ada.id, {}, -10_000)
    for query in ({}, {"archived": True}, {"pinned": True}, {"folder_id": made}):
        await page(ada, **query)
    since = utc_now() - timedelta(days=30)
    row = await database.read(tally_of, ada.id, since)
    assert tally.is_right(row) and (row.archived, row.pinned) == (2_500, 2_500)
    assert await folders_of(ada) == [("Work", 2_500)]
    assert (await page(ada, archived=True))["total"] == 2_500


def tally_of(connection: Connection, user_id: int, since: datetime) -> Any:
    return connection.execute(tally.query(user_id, since)).one()
