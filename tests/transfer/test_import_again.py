"""What is imported again, goes on, is deleted, undone, over quota: what comes of it."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select

from app.database import table_of
from app.models import Base, Conversation
from tests.conftest import StartServer
from tests.files.made import picture
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.transfer.child import EXPORTS
from tests.transfer.imported import (
    all_items,
    brought_in,
    chatgpt,
    conversation,
    ended,
    ids_of,
    put,
    stored_of,
    undone,
    whole_history,
)

pytestmark = pytest.mark.anyio

_conversation = table_of(Conversation)


async def result_of(person: Person, data: bytes) -> tuple[str, str | None]:
    """What became of the one conversation of a file."""
    done = await brought_in(person, data)
    [item] = await all_items(person, done["id"])
    return item["result"], item.get("why")


async def texts_of(person: Person, id: int) -> list[str]:
    return [message["content"] for message in await whole_history(person, id)]


async def test_new_messages_are_added_and_shown(server: RunningServer) -> None:
    person = await server.register()
    assert await result_of(person, chatgpt(conversation("a", ["one", "two"]))) == ("created", None)
    [id] = await ids_of(person)
    texts = ["one", "two", "three", "four", "another four"]
    longer = conversation("a", texts, 4, {4: 2})
    assert await result_of(person, chatgpt(longer)) == ("updated", None)
    assert await texts_of(person, id) == ["one", "two", "three", "another four"]
    history = await whole_history(person, id)
    assert [message["versions"] for message in history] == [1, 1, 1, 2]
    assert [each["parent_id"] for each in history] == [None, *[m["id"] for m in history[:-1]]]
    assert await result_of(person, chatgpt(longer)) == ("unchanged", None)


async def test_a_path_that_was_touched_stays(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    person = await server.person_with_model(upstream.url)
    await brought_in(person, chatgpt(conversation("a", ["one", "two"])))
    [id] = await ids_of(person)
    assert (await person.say(id, "mine")).status_code == 200
    mine = await texts_of(person, id)
    longer = conversation("a", ["one", "two", "three", "four"])
    for expected in ("updated", "unchanged"):
        assert await result_of(person, chatgpt(longer)) == (expected, None)
        assert await texts_of(person, id) == mine
    [third] = [m for m in await whole_history(person, id) if m["content"] == "mine"]
    assert third["versions"] == 2


async def test_what_was_deleted_is_skipped_and_what_was_purged_comes_anew(
    server: RunningServer,
) -> None:
    person = await server.register()
    data = chatgpt(conversation("a", ["one", "two"]))
    await brought_in(person, data)
    [id] = await ids_of(person)
    assert (await person.request("DELETE", f"/conversations/{id}")).status_code == 204
    before = await stored_of(server, person.id)
    assert await result_of(person, data) == ("skipped", "deleted")
    assert await stored_of(server, person.id) == before

    def purge(connection: Connection) -> None:
        connection.execute(delete(_conversation).where(_conversation.c.id == id))

    await server.app.state.services.database.write(purge)
    assert await result_of(person, data) == ("created", None)
    assert await ids_of(person) != [id]


async def test_an_import_is_undone(server: RunningServer) -> None:
    person = await server.register()
    own = await person.conversation("my own")
    names = [f"c{number}" for number in range(25)]
    data = chatgpt(*[conversation(name, ["one", "two"]) for name in names])
    done = await brought_in(person, data)
    assert (done["created"], done["messages"]) == (25, 50)
    assert (await person.get("/conversations")).json()["total"] == 26
    for _ in range(2):
        asked = await person.post(f"/imports/{done['id']}/undo")
        assert asked.status_code == 202
        await undone(person, done["id"])
    assert await ids_of(person) == [own]
    listed = (await person.get("/conversations")).json()
    assert listed["total"] == 1
    deleted = (await person.get("/conversations", params={"deleted": "true"})).json()
    assert deleted["total"] == 25
    assert all("conversation_id" not in item for item in await all_items(person, done["id"]))


async def test_old_chats_stay_below_those_of_today_and_are_found(server: RunningServer) -> None:
    person = await server.register()
    own = await person.conversation("today")
    texts = ["Where do zanzibarquail live?", "On an island, says kumquatowl."]
    done = await brought_in(person, chatgpt(conversation("a", texts), conversation("b", texts)))
    ids = await ids_of(person)
    assert ids[0] == own
    found = (await person.get("/search", params={"q": "kumquatowl"})).json()["results"]
    assert sorted(result["conversation_id"] for result in found) == sorted(ids[1:])
    assert done["messages"] == 4


async def test_a_conversation_of_many_parts_is_one(server: RunningServer) -> None:
    person = await server.register()
    texts = [f"said {number}" for number in range(333)]
    done = await brought_in(person, chatgpt(conversation("a", texts)))
    assert done["messages"] == 333
    [id] = await ids_of(person)
    assert await texts_of(person, id) == texts
    assert (await person.get("/conversations")).json()["conversations"][0]["message_count"] == 333


def with_picture(id: str, image: bytes) -> dict[str, Any]:
    """A line of JSONL whose question holds a picture."""
    url = f"data:image/png;base64,{base64.b64encode(image).decode()}"
    parts = [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": url}}]
    return {
        "id": id,
        "messages": [{"role": "user", "content": parts}, {"role": "assistant", "content": "Nice"}],
    }


async def test_what_goes_over_the_quota_is_missing(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = await start_server(attachments_quota_bytes=4_000)
    person = await server.register()
    pictures = [picture((8, 8), "PNG"), picture((1999, 1999), "PNG")]
    lines = [with_picture(f"p{n}", each) for n, each in enumerate(pictures)]
    data = "\n".join(json.dumps(line) for line in lines).encode()
    done = await brought_in(person, data, "chats.jsonl")
    items = await all_items(person, done["id"])
    notes = [item["notes"] for item in items]
    assert [item["result"] for item in items] == ["created", "created"]
    assert notes[0] == [{"code": "stored", "count": 1}]
    assert [(note["code"], note["why"]) for note in notes[1]] == [("missing", "quota")]


@pytest.mark.parametrize("product", ["nextchat/backup.json"])
async def test_keys_in_a_file_are_nowhere(
    server: RunningServer, product: str, capfd: pytest.CaptureFixture[str]
) -> None:
    person = await server.register()
    data = await asyncio.to_thread((EXPORTS / product).read_bytes)
    assert b"sk-FAKE" in data
    done = await brought_in(person, data)
    told = repr(await all_items(person, done["id"])) + repr(done)
    told += repr(await server.app.state.services.database.read(everything))
    told += "".join(capfd.readouterr())
    assert "sk-FAKE" not in told
    assert "FAKE-CODE" not in told


def everything(connection: Connection) -> list[Any]:
    return [[*connection.execute(select(table))] for table in Base.metadata.tables.values()]


async def test_only_one_at_a_time_and_what_is_no_export_fails(server: RunningServer) -> None:
    person = await server.register()
    both = await asyncio.gather(*(put(person, b"no export at all" * 9) for _ in range(2)))
    codes = sorted(answer.status_code for answer in both)
    assert codes in ([202, 202], [202, 409])
    for answer in both:
        if answer.status_code == 202:
            found = await ended(person, answer.json()["id"])
            assert (found["status"], found["why"]) == ("failed", "not_recognised")
        else:
            assert answer.json()["code"] == "import_running"
