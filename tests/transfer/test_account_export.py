"""All of an account in one ZIP: what is in it, and what it says of it."""

import asyncio
import json
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from PIL import Image

from app.services.transfer import whole_rows
from app.services.transfer.rows import PART_MESSAGES
from tests.files.made import path_of, picture, send, uploaded
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.transfer.exporting import (
    all_rows,
    fetched,
    lengthen,
    set_columns,
    taken,
    ticket_path,
)

pytestmark = pytest.mark.anyio

ALWAYS = {"id", "parent_id", "sender", "content", "timestamp", "active", "status"}


async def rows_of(server: RunningServer, conversation: int) -> list[Any]:
    rows: list[Any] = await server.app.state.services.database.read(all_rows, conversation)
    return rows


async def answered(person: Person, path: str, body: dict[str, Any], method: str = "POST") -> Any:
    answer = await person.request(method, path, json=body)
    assert answer.status_code < 300, answer.text
    return answer.json()


async def test_all_versions_are_told_as_the_api_tells_them(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "reasoning")
    id = await ada.conversation("河流 🏞")
    first = (await ada.say(id, "Which?")).json()
    await ada.set_model(upstream.url, "echo")
    await answered(ada, f"/messages/{first['message']['id']}/edit", {"content": "Which one?"})
    shown = await ada.messages(id)
    await answered(ada, f"/messages/{shown[1]['id']}/regenerate", {})
    await ada.set_model(upstream.url, "cut")
    await ada.say(id, "And how long?")
    await ada.set_model(upstream.url, "401")
    await ada.say(id, "Really?")
    line = (await taken(ada)).line_of(id)
    messages = line["messages"]
    assert [message["id"] for message in messages] == [row.id for row in await rows_of(server, id)]
    assert len(messages) == 9
    shown = await ada.messages(id)
    assert [m["id"] for m in messages if m["active"]] == [message["id"] for message in shown]
    by_id = {message["id"]: message for message in messages}
    assert by_id[first["reply"]["id"]]["reasoning"] == first["reply"]["reasoning"]
    assert {m["parent_id"] for m in messages[:1] + messages[2:3]} == {None}
    for told in shown:
        message = by_id[told["id"]]
        error = told.pop("error", None)
        assert message.pop("error_code", None) == (error and error["code"])
        for name in ("version", "versions", "model_id", "cursor"):
            told.pop(name, None)
        told = {name: value for name, value in told.items() if value is not None}
        told["parent_id"] = message["parent_id"]
        assert message == told | {"active": True}
    assert [m["status"] for m in shown[-3:]] == ["interrupted", "complete", "failed"]


async def test_what_is_told_of_a_conversation(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    plain, set_up = await ada.conversation(), await ada.conversation("学校")
    folder = await answered(ada, "/folders", {"name": "课堂"})
    preset = await answered(ada, "/presets", {"name": "Teacher", "params": {"top_p": 0.5}})
    model = (await ada.get("/models")).json()["models"][0]
    change = {
        "system_prompt": "Be brief.",
        "preset_id": preset["id"],
        "params": {"temperature": 0.2, "extra": {"huge": 2**70, "list": [1.0, None]}},
        "model_id": model["id"],
        "folder_id": folder["id"],
        "pinned": True,
        "archived": True,
    }
    told = await answered(ada, f"/conversations/{set_up}", change, "PATCH")
    export = await taken(ada)
    line = export.line_of(set_up)
    assert line == {
        "format": "chat-backend/1",
        "id": set_up,
        "title": "学校",
        "title_source": "user",
        "created_at": told["created_at"],
        "updated_at": told["updated_at"],
        "system_prompt": "Be brief.",
        "params": change["params"],
        "model": {
            "id": model["id"],
            "name": model["name"],
            "connection": model["connection"]["label"],
        },
        "preset": {"id": preset["id"], "name": "Teacher"},
        "folder": {"id": folder["id"], "name": "课堂"},
        "pinned": True,
        "archived": True,
        "messages": [],
    }
    empty = {"system_prompt", "params", "model", "preset", "folder"}
    line = export.line_of(plain)
    assert {name for name, value in line.items() if value is None} == empty
    assert (line["title_source"], line["pinned"], line["archived"]) == ("default", False, False)
    me = (await ada.get("/auth/me")).json()
    names = ("username", "email", "display_name", "role", "created_at")
    account = {name: me[name] for name in names} | {"groups": []}
    assert json.loads(export.files["account.json"]) == account
    manifest = json.loads(export.files["manifest.json"])
    version = (await ada.get("/auth/options")).json()["version"]
    assert manifest.keys() == {"format", "version", "exported_at"}
    assert (manifest["format"], manifest["version"]) == ("chat-backend/1", version)
    assert next(iter(export.files)) == "manifest.json"  # so that a reader knows at once
    # What a conversation names may be gone: no name of it is told, and nothing fails.
    await ada.request("DELETE", f"/presets/{preset['id']}")
    assert (await taken(ada)).line_of(set_up)["preset"] is None


async def test_files_are_in_it_once_with_their_own_bytes(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    id, other = await ada.conversation("files"), await ada.conversation("more files")
    text = await uploaded(ada, "报告".encode(), "../../报告.txt")
    cat = await uploaded(ada, picture((40, 30)), "cat.png")
    unsent = await uploaded(ada, b"never sent", "unsent.txt")
    await send(ada, id, "look", text["id"], cat["id"])
    await send(ada, other, "look again", cat["id"])
    export = await taken(ada)
    held = [m.get("attachments") for m in export.line_of(id)["messages"]]
    assert held[1] is None and len(held) == 2
    stored = {name: data for name, data in export.files.items() if "attachments/" in name}
    assert len(stored) == 2
    for told, file in zip(held[0], (text, cat), strict=True):
        content = (await ada.get(f"/attachments/{file['id']}")).content
        assert told["sha256"] == sha256(content).hexdigest()
        assert stored[told["path"]] == content
        assert {name: told[name] for name in ("name", "type", "bytes")} == {
            name: file[name] for name in ("name", "type", "bytes")
        }
    assert held[0][0]["path"] == f"attachments/{held[0][0]['sha256']}.txt"
    assert held[0][0]["name"] == "报告.txt"
    assert (held[0][1]["width"], held[0][1]["height"]) == (40, 30)
    again = export.line_of(other)["messages"][0]["attachments"]
    assert again == [held[0][1]]
    assert unsent["name"].encode() not in export.files["conversations.jsonl"]
    assert Image.open(BytesIO(stored[held[0][1]["path"]])).size == (40, 30)


async def test_a_file_that_the_store_has_lost(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    id = await ada.conversation("lost")
    file = await uploaded(ada, b"lost", "lost.txt")
    await send(ada, id, "look", file["id"])
    await asyncio.to_thread(path_of(server, ada, b"lost").unlink)
    export = await taken(ada)
    held = export.line_of(id)["messages"][0]["attachments"]
    assert [(each["name"], each["sha256"], each["path"]) for each in held] == [
        ("lost.txt", None, None)
    ]
    assert not any("attachments/" in name for name in export.files)


async def test_each_conversation_is_a_file_of_a_safe_name(server: RunningServer) -> None:
    ada = await server.register()
    titles = ["成都 🍣", "../../etc/passwd", "Notes", "notes", "NOTES", "CON", "/", "a\\b:c"]
    ids = [await ada.conversation(title) for title in titles]
    export = await taken(ada)
    names = export.markdown
    days = {name[:10] for name in names}
    assert len(names) == len(titles) and len(days) <= 2
    assert len({name.casefold() for name in names}) == len(titles)
    first, second = ids[3], ids[2]
    assert {name[11:] for name in names} == {
        *("成都 🍣.md", "etc passwd.md", "NOTES.md", "_CON.md", "conversation.md", "a b c.md"),
        *(f"notes ({first}).md", f"Notes ({second}).md"),
    }
    text = next(text for name, text in names.items() if "成都" in name)
    own = (await ada.get(f"/conversations/{ids[0]}/export?format=md")).text
    assert text.splitlines()[:3] == own.splitlines()[:3]


async def test_usage_is_in_it_whole(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    id = await ada.conversation("used")
    for _ in range(2):
        await ada.say(id, "hello")
    data = (await taken(ada)).files["usage.csv"]
    assert data == (await ada.get("/usage.csv")).content
    assert len(data.splitlines()) == 3


async def test_only_ones_own_and_nothing_deleted(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada, eve = await server.person_with_model(upstream.url), await server.register()
    kept, deleted = await ada.conversation("kept"), await ada.conversation("deleted")
    await ada.say(deleted, "never mind")
    await ada.request("DELETE", f"/conversations/{deleted}")
    await ada.say(kept, "first")
    second = (await ada.say(kept, "second")).json()["message"]["id"]
    await ada.say(kept, "third, which answers the second")
    await ada.request("DELETE", f"/messages/{second}")
    await ada.say(kept, "instead")
    export = await taken(ada)
    assert [line["id"] for line in export.lines] == [kept]
    said = [m["content"] for m in export.lines[0]["messages"] if m["sender"] == "user"]
    assert said == ["first", "instead"]
    assert b"never mind" not in b"".join(export.files.values())
    assert (await taken(eve)).lines == []


async def test_one_conversation_as_json_is_its_line(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    id = await ada.conversation("一个")
    file = await uploaded(ada, b"words", "words.txt")
    await send(ada, id, "look", file["id"])
    answer = await ada.get(f"/conversations/{id}/export?format=json")
    assert answer.headers["content-type"] == "application/json"
    assert "%E4%B8%80%E4%B8%AA.json" in answer.headers["content-disposition"]
    assert answer.content.count(b"\n") == 1
    line = (await taken(ada)).line_of(id)
    line["messages"][0]["attachments"][0]["path"] = None
    assert answer.json() == line
    assert upstream.url not in answer.text and "sk-test-key" not in answer.text


async def test_long_ones_and_many(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_rows, "CONVERSATIONS_PER_PAGE", 4)
    ada = await server.register()
    database = server.app.state.services.database
    ids = [await ada.conversation(f"{n}") for n in range(13)]
    begun = (await ada.get(f"/conversations/{ids[0]}")).json()["created_at"]
    for id in ids[::2]:  # as what was taken in may have them
        await database.write(set_columns, id, created_at=datetime.fromisoformat(begun))
    texts = [*map(str, range(2 * PART_MESSAGES + 1)), "x" * 300_000, "end"]
    messages = await database.write(lengthen, ids[7], texts)
    export = await taken(ada)
    assert sorted(line["id"] for line in export.lines) == ids
    line = export.line_of(ids[7])
    assert [m["id"] for m in line["messages"]] == messages
    assert [m["content"] for m in line["messages"]] == texts
    assert set(line["messages"][0]) == ALWAYS
    sections = export.markdown[f"{line['created_at'][:10]} 7.md"].split("\n## ")[1:]
    assert len(sections) == len(texts)
    order = [(line["created_at"], -line["id"]) for line in export.lines]
    assert order == sorted(order, reverse=True)


async def test_a_reply_that_is_being_written(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    id = await ada.conversation("Running")
    async with ada.socket(id) as socket:
        await socket.send(type="message", content="say on")
        await socket.until("chunk")
        while not (reply := (await taken(ada)).line_of(id)["messages"][1])["content"]:
            pass
        assert (reply["status"], reply["content"], reply["active"]) == ("generating", "You", True)
        await socket.send(type="stop")
        await socket.until("done")
    assert (await taken(ada)).line_of(id)["messages"][1]["status"] == "stopped"


async def test_the_language_is_the_readers(server: RunningServer) -> None:
    ada = await server.register()
    await ada.conversation("words")
    answer = await fetched(ada, await ticket_path(ada), **{"Accept-Language": "zh-CN"})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="chat-backend 2')
    with ZipFile(BytesIO(answer.content)) as archive:
        name = next(name for name in archive.namelist() if name.startswith("markdown/"))
        assert "开始时间" in archive.read(name).decode()
