"""An export, taken in by an empty account and given away again, is the same but for its ids."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from PIL import Image

from tests.files.made import picture, send, uploaded
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.transfer.exporting import Export, fetched, opened, taken, ticket_path
from tests.transfer.imported import brought_in

pytestmark = pytest.mark.anyio


def noise() -> bytes:
    """A JPEG that would be another one, were it drawn once more."""
    made = BytesIO()
    Image.effect_noise((64, 48), 90).convert("RGB").save(made, "JPEG", quality=95)
    return made.getvalue()


async def filled(ada: Person, upstream: ScriptedUpstream) -> list[int]:
    """Conversations with all that a line may tell, and pictures."""
    ids = [await ada.conversation(title) for title in ("河流 🏞", "empty", "second")]
    first = (await ada.say(ids[0], "Which?\r\n\tthis \x1b[0m one\u2028👍🏽")).json()["message"][
        "id"
    ]
    await ada.post(f"/messages/{first}/edit", json={"content": "This one?"})
    for model in ("cut", "401", "echo"):
        await ada.set_model(upstream.url, model)
        await ada.say(ids[0], model)
    reply = (await ada.messages(ids[0]))[-1]["id"]
    await ada.post(f"/messages/{reply}/regenerate", json={})
    text = await uploaded(ada, "报告".encode(), "报告.txt")
    cat = await uploaded(ada, picture(mode="RGBA"), "cat.png")
    sea = await uploaded(ada, noise(), "sea.jpg")
    await send(ada, ids[0], "look", text["id"], cat["id"], sea["id"])
    await send(ada, ids[2], "again", cat["id"])
    folder = (await ada.post("/folders", json={"name": "课堂"})).json()["id"]
    change = {"system_prompt": "简短。", "params": {"top_p": 0.1, "stop": ["x"]}, "pinned": True}
    await ada.request("PATCH", f"/conversations/{ids[0]}", json=change | {"folder_id": folder})
    await ada.request("PATCH", f"/conversations/{ids[2]}", json={"archived": True})
    made = (await ada.post(f"/conversations/{ids[0]}/shares")).json()
    continued = (await ada.post(f"{made['url']}/continue")).json()
    return [*ids, continued["id"]]


def without_ids(export: Export) -> list[dict[str, Any]]:
    """The lines, each id as its place among those of its line."""
    lines = []
    for line in export.lines:
        places = {message["id"]: place for place, message in enumerate(line["messages"])}
        messages = [
            message | {"id": places[message["id"]], "parent_id": places.get(message["parent_id"])}
            for message in line["messages"]
        ]
        names = {name: line[name] and line[name]["name"] for name in ("model", "preset", "folder")}
        lines.append(line | names | {"id": 0, "messages": messages})
    return lines


async def test_it_comes_out_as_it_went_in(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "reasoning")
    eve = await server.register()
    ids = await filled(ada, upstream)
    data = (await fetched(ada, await ticket_path(ada))).content
    first = opened(data)
    done = await brought_in(eve, data, "export.zip")
    assert (done["status"], done["format"]) == ("done", "chat-backend")
    assert (done["created"], done["failed"], done["skipped"]) == (len(ids), 0, 0)
    second = await taken(eve)
    assert without_ids(second) == without_ids(first)
    stored = [
        {name: data for name, data in export.files.items() if name.startswith("attachments/")}
        for export in (first, second)
    ]
    assert stored[0] == stored[1] and len(stored[0]) == 3
    assert [line.get("continued_from") for line in second.lines].count(None) == len(ids) - 1
    # It stands where it stood, and is counted there.
    lists = [
        [(await person.get(f"/conversations{which}")).json()["total"] for person in (ada, eve)]
        for which in ("", "?archived=true", "?pinned=true")
    ]
    assert all(of_ada == of_eve for of_ada, of_eve in lists)
    folders = (await eve.get("/folders")).json()["folders"]
    assert [(each["name"], each["conversation_count"]) for each in folders] == [("课堂", 1)]
    # Again it is known, by whom it came from, too.
    for person in (eve, ada):
        again = await brought_in(person, data, "export.zip")
        assert (again["status"], again["unchanged"]) == ("done", len(ids)), again
    assert [*map(str, (await taken(eve)).lines)] == [*map(str, second.lines)]
    assert [*map(str, (await taken(ada)).lines)] == [*map(str, first.lines)]


@pytest.mark.databases("sqlite")
async def test_a_picture_that_was_not_drawn_here_is_drawn(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    """Whatever mark it comes with: nothing is kept but what can be seen."""
    ada = await server.person_with_model(upstream.url)
    eve = await server.register()
    sea = await uploaded(ada, noise(), "sea.jpg")
    await send(ada, await ada.conversation("sea"), "look", sea["id"])
    secret = b"a secret place"
    data = (await fetched(ada, await ticket_path(ada))).content
    made = BytesIO()
    with ZipFile(BytesIO(data)) as ours, ZipFile(made, "w") as theirs:
        for name in ours.namelist():
            more = secret if name.startswith("attachments/") else b""
            theirs.writestr(name, ours.read(name) + more)
    assert secret in made.getvalue()
    done = await brought_in(eve, made.getvalue(), "export.zip")
    assert done["created"] == 1
    files = (await taken(eve)).files
    [drawn] = [data for name, data in files.items() if name.endswith(".jpg")]
    assert secret not in drawn


@pytest.mark.databases("sqlite")
async def test_what_was_deleted_stays_so(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    id = await ada.conversation("gone")
    await ada.say(id, "hello")
    data = (await fetched(ada, await ticket_path(ada))).content
    await ada.request("DELETE", f"/conversations/{id}")
    done = await brought_in(ada, data, "export.zip")
    assert (done["skipped"], done["created"]) == (1, 0)
    assert (await taken(ada)).lines == []
