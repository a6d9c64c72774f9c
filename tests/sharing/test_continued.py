"""A link gone on with: a conversation of the reader's own, and nothing of the owner's changes."""

from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.models import Base
from app.models.marks import owner_of
from app.services.sharing import copies, rows
from tests.conftest import StartServer
from tests.files.made import picture, send, uploaded
from tests.sharing.linked import link
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

KEPT = ("user", "conversation", "conversation_tally", "file", "share", "folder", "connection")


async def owned_rows(server: RunningServer, person: Person) -> dict[str, list[Any]]:
    """Rows of a person's that nothing in the background writes to."""

    def read(connection: Connection) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for table in Base.metadata.sorted_tables:
            column = owner_of(table)
            if column is not None and table.name in KEPT:
                mine = select(table).where(column == person.id).order_by(*table.primary_key)
                found[table.name] = [tuple(row) for row in connection.execute(mine)]
        return found

    rows: dict[str, list[Any]] = await server.app.state.services.database.read(read)
    return rows


@pytest.mark.databases("sqlite", "mysql")
async def test_texts_models_and_files_are_the_readers(
    server: RunningServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "MESSAGES_PER_COMMIT", 1)
    ada, eve = await server.person_with_model(upstream.url), await server.register()
    await eve.set_model(upstream.url, "echo")
    chat = await ada.conversation("To go on with")
    cat, note = await uploaded(ada, picture((21, 12))), await uploaded(ada, b"a note", "n.txt")
    await send(ada, chat, "look", cat["id"], note["id"])
    await ada.say(chat, "and then?")
    made = await link(ada, chat)
    before, theirs = await owned_rows(server, ada), await ada.messages(chat)

    continued = (await eve.post(f"{made['url']}/continue")).json()
    assert (continued["title"], continued["missing"]) == ("To go on with", 0)
    mine = await eve.messages(continued["id"])
    told = ("sender", "content", "model_name")
    assert [[each[name] for name in told] for each in mine] == [
        [each[name] for name in told] for each in theirs
    ]
    files = mine[0]["attachments"]
    assert [each["name"] for each in files] == ["picture-1.jpg", "file-2.txt"]
    for file, original in zip(files, (cat, note), strict=True):
        assert file["id"] != original["id"]
        for part in ("", "/thumbnail", "/text"):
            own = await eve.get(f"/attachments/{file['id']}{part}")
            was = await ada.get(f"/attachments/{original['id']}{part}")
            assert own.status_code == was.status_code
            assert own.status_code == 404 or own.content == was.content
    read = (await eve.get(f"/conversations/{continued['id']}")).json()
    assert read["continued_from"] == made["updated_at"][:10]
    listed = (await eve.get("/conversations")).json()
    assert [(each["id"], each["message_count"]) for each in listed["conversations"]] == [
        (continued["id"], 4)
    ]
    assert (await eve.say(continued["id"], "go on")).status_code == 200
    events = (await eve.get("/auth/audit")).json()["events"]
    assert ("share_continued", continued["id"]) in [
        (event["action"], event["conversation_id"]) for event in events
    ]
    assert await owned_rows(server, ada) == before
    assert await ada.messages(chat) == theirs
    assert "continued_from" not in (await ada.get(f"/conversations/{chat}")).json()
    assert (await server.http.post(f"{made['url']}/continue")).status_code == 401


@pytest.mark.databases("sqlite")
async def test_without_room_there_are_placeholders(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    first = await start_server()
    ada, eve = await first.person_with_model(upstream.url), await first.register()
    chat = await ada.conversation("Large")
    file = await uploaded(ada, b"words " * 100, "secret name.txt")
    await send(ada, chat, "", file["id"])
    made = await link(ada, chat)
    small = await start_server(attachments_quota_bytes=10)
    headers = eve.headers
    answer = await small.http.post(f"{made['url']}/continue", headers=headers)
    assert answer.json()["missing"] == 1
    path = f"/conversations/{answer.json()['id']}/messages"
    (message, _) = (await small.http.get(path, headers=headers)).json()["messages"]
    assert message["content"] == "[file-1.txt: there was no room to copy it]"
    assert "attachments" not in message


@pytest.mark.databases("sqlite")
async def test_ended_midway_there_is_nothing(
    server: RunningServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "MESSAGES_PER_COMMIT", 1)
    ada, eve = await server.person_with_model(upstream.url), await server.register()
    chat = await ada.conversation("Ended midway")
    await ada.say(chat, "hello")
    made = await link(ada, chat)
    go_on = copies.go_on

    def ended(connection: Connection, *args: Any) -> Any:
        if args[2].copied:
            rows.end(connection, ada.id, made["id"])
        return go_on(connection, *args)

    monkeypatch.setattr(copies, "go_on", ended)
    assert_refused(await eve.post(f"{made['url']}/continue"), 404, "share_not_found")
    assert (await eve.get("/conversations")).json()["total"] == 0
