"""Links: made, looked at, changed and listed."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from app.services.sharing import shown as reading
from tests.conftest import StartServer
from tests.faults.watching import eventually
from tests.files.made import picture, send, uploaded
from tests.sharing.linked import faces, link, looked, shown
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.transfer.exporting import taken

pytestmark = pytest.mark.anyio

MISSING = 2**62


def in_days(days: float) -> str:
    time = datetime.now(UTC) + timedelta(days=days)
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")


async def test_made_looked_at_and_ended(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    chat = await ada.conversation("Rivers")
    await ada.say(chat, "Which is <this>?\nSay.")
    made = await link(ada, chat)
    assert re.fullmatch(r"/s/[\w-]{22}", made["url"])
    told = {key: value for key, value in made.items() if key not in ("url", "token")}
    assert (await ada.get("/shares")).json() == {"shares": [told], "has_more": False}
    assert told | {"title": "Rivers", "messages": 2, "views": 0, "outdated": False} == told
    assert (told["reasoning"], told["without"]) == (False, [])
    month = datetime.fromisoformat(told["expires_at"]) - datetime.fromisoformat(told["created_at"])
    assert month == timedelta(days=30)

    content = await shown(server, made["token"])
    assert content == {
        "title": "Rivers",
        "day": told["updated_at"][:10],
        "messages": [
            {"sender": "user", "content": "Which is <this>?\nSay."},
            {"sender": "ai", "content": content["messages"][1]["content"], "model_name": "echo"},
        ],
    }
    page = await server.http.get(made["url"], headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "<p>Which is &lt;this&gt;?<br>Say.</p>" in page.text
    for answer in (page, await looked(server, made["token"])):
        assert answer.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
    for path in (made["url"], f"{made['url']}.json"):
        head, whole = await server.http.head(path), await server.http.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == whole.headers["content-length"]

    async def has_views() -> bool:
        return bool((await ada.get("/shares")).json()["shares"][0]["views"] == 3)

    await eventually(has_views)  # of what was read, not of the page, nor by HEAD
    ended = await ada.request("DELETE", f"/shares/{made['id']}")
    assert ended.status_code == 204
    assert_refused(await looked(server, made["token"]), 404, "share_not_found")
    assert_refused(await ada.request("DELETE", f"/shares/{made['id']}"), 404, "share_not_found")
    update = {"json": {"update": True}}
    assert_refused(
        await ada.request("PATCH", f"/shares/{made['id']}", **update), 404, "share_not_found"
    )
    assert (await ada.get("/shares")).json()["shares"] == []


async def test_a_snapshot_until_it_is_updated(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    chat = await ada.conversation("First")
    first = (await ada.say(chat, "one")).json()
    made = await link(ada, chat, expires_at=None)
    assert made["expires_at"] is None
    before = await shown(server, made["token"])

    async def listed(query: str = "") -> list[dict[str, Any]]:
        shares: list[dict[str, Any]] = (await ada.get(f"/shares{query}")).json()["shares"]
        return shares

    second = (await ada.say(chat, "two")).json()
    await ada.request("PATCH", f"/conversations/{chat}", json={"title": "Second"})
    await ada.request("DELETE", f"/messages/{second['message']['id']}")
    assert await shown(server, made["token"]) == before
    assert (await listed())[0]["outdated"]  # the title
    await ada.request("PATCH", f"/conversations/{chat}", json={"title": "First"})
    assert not (await listed())[0]["outdated"]
    await ada.post(f"/messages/{second['message']['id']}/restore")
    assert (await listed())[0]["outdated"]

    path = f"/shares/{made['id']}"
    updated = (await ada.request("PATCH", path, json={"update": True})).json()
    assert (updated["messages"], updated["outdated"]) == (4, False)
    after = await shown(server, made["token"])
    assert [each["content"] for each in after["messages"]][::2] == ["one", "two"]

    # What was deleted afterwards stays, and the link is found by it.
    reply = first["reply"]["id"]
    other = await link(ada, await _said(ada, "elsewhere"))
    assert (await ada.request("DELETE", f"/messages/{reply}")).status_code == 204
    assert [each["id"] for each in await listed(f"?message_id={reply}")] == [made["id"]]
    assert [each["id"] for each in await listed(f"?conversation_id={chat}")] == [made["id"]]
    assert [each["id"] for each in await listed()] == [other["id"], made["id"]]
    page = (await ada.get("/shares?limit=1")).json()
    assert page["has_more"]
    assert [each["id"] for each in await listed(f"?before_id={other['id']}")] == [made["id"]]
    assert await shown(server, made["token"]) == after
    soon = (await ada.request("PATCH", path, json={"expires_at": in_days(1)})).json()
    assert soon["expires_at"] < in_days(1.1)
    for wrong in (in_days(-1), 4_000_000_000, True, "2030-01-01", "9999-12-31T23:59:59-12:00"):
        refused = await ada.request("PATCH", path, json={"expires_at": wrong})
        assert_refused(refused, 422, "invalid_input")
    refused = await ada.request("PATCH", path, json={"without": [*range(1, 1_002)]})
    assert_refused(refused, 422, "invalid_input")
    assert "more than 1000 items" in refused.json()["detail"]


async def _said(person: Person, *texts: str) -> int:
    chat = await person.conversation("named")
    for text in texts:
        await person.say(chat, text)
    return chat


async def test_only_what_was_chosen(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url, "reasoning")
    chat = await ada.conversation("Chosen")
    cat = await uploaded(ada, picture((30, 20)), "marker-cat.png")
    note = await uploaded(ada, b"note in the file", "marker-note.txt")
    await send(ada, chat, "look", cat["id"], note["id"])
    made = await link(ada, chat, without=[note["id"], MISSING])
    content = await shown(server, made["token"])
    assert not any("reasoning" in each for each in content["messages"])
    (file,) = content["messages"][0]["attachments"]
    assert file == {
        "number": 1,
        "type": "image/jpeg",
        "bytes": cat["bytes"],
        "width": 30,
        "height": 20,
    }
    stored = await server.http.get(f"{made['url']}/attachments/1")
    assert stored.status_code == 200
    assert stored.content == (await ada.get(f"/attachments/{cat['id']}")).content
    assert stored.headers["content-disposition"].startswith('inline; filename="picture-1.jpg"')
    assert (stored.headers["cache-control"], stored.headers["content-type"]) == (
        "no-store",
        "image/jpeg",
    )
    assert "sandbox" in stored.headers["content-security-policy"]
    missing = [
        await server.http.get(f"{made['url']}/attachments/{n}") for n in (2, 0, -1, "x", "9" * 99)
    ]
    nowhere = await server.http.get(f"/s/{'B' * 22}/attachments/1")
    assert {faces(answer)[:2] for answer in missing} == {faces(nowhere)[:2]}

    path = f"/shares/{made['id']}"
    changed = await ada.request("PATCH", path, json={"reasoning": True, "without": [cat["id"]]})
    assert (changed.json()["reasoning"], changed.json()["without"]) == (True, [cat["id"]])
    content = await shown(server, made["token"])
    assert content["messages"][1]["reasoning"]
    assert (
        content["messages"][0]["attachments"][0] | {"number": 1, "type": "text/plain"}
        == (content["messages"][0]["attachments"][0])
    )
    stored = await server.http.get(f"{made['url']}/attachments/1")
    assert stored.content == b"note in the file"
    assert stored.headers["content-disposition"].startswith('attachment; filename="file-1.txt"')
    assert stored.headers["content-type"] == "application/octet-stream"


@pytest.mark.databases("sqlite", "mysql")
async def test_what_the_dialog_is_told(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url, "reasoning")
    chat = await ada.conversation("Preview")
    empty = (await ada.get(f"/conversations/{chat}/shares")).json()
    assert (empty["shares"], empty["preview"]["messages"]) == ([], 0)
    assert_refused(await ada.post(f"/conversations/{chat}/shares"), 409, "nothing_to_share")
    cat = await uploaded(ada, picture((30, 20)), "cat.png")
    await send(ada, chat, "x" * 300, cat["id"])
    made = await link(ada, chat)
    told = (await ada.get(f"/conversations/{chat}/shares")).json()
    assert [each["id"] for each in told["shares"]] == [made["id"]]
    preview = told["preview"]
    assert (preview["first"], preview["models"]) == ("x" * 200, ["reasoning"])
    assert (preview["messages"], preview["has_reasoning"]) == (2, True)
    assert [each["id"] for each in preview["attachments"]] == [cat["id"]]

    await ada.set_model(upstream.url, "stall")
    async with ada.socket(chat) as socket:
        await socket.send(type="message", content="go on")
        await socket.until("chunk")
        assert_refused(await ada.post(f"/conversations/{chat}/shares"), 409, "reply_in_progress")
        update = {"json": {"update": True}}
        refused = await ada.request("PATCH", f"/shares/{made['id']}", **update)
        assert_refused(refused, 409, "reply_in_progress")
        await ada.post(f"/conversations/{chat}/stop")
        await socket.until("done")


@pytest.mark.databases("sqlite")
async def test_a_long_one_comes_in_parts(
    server: RunningServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await server.person_with_model(upstream.url, "reasoning")
    chat = await _said(ada, "one", "and <two>", "three")
    cat = await uploaded(ada, picture((30, 20)), "cat.png")
    await send(ada, chat, "", cat["id"])
    made = await link(ada, chat, reasoning=True)
    paths = (made["url"], f"{made['url']}.json")
    whole = [await server.http.get(path) for path in paths]
    monkeypatch.setattr(reading, "PART_CHARACTERS", 1)
    for path, before in zip(paths, whole, strict=True):
        parts = await server.http.get(path)
        assert "content-length" not in parts.headers
        assert parts.content == before.content
        head = await server.http.head(path)
        assert (head.status_code, head.content) == (200, b"")
    go_on, loop = reading.go_on, asyncio.get_running_loop()
    changes = [("PATCH", {"without": [cat["id"]]}), ("DELETE", None)]

    def overtaken(*args: Any) -> Any:
        method, body = changes.pop()
        change = ada.request(method, f"/shares/{made['id']}", json=body)
        asyncio.run_coroutine_threadsafe(change, loop).result()
        return go_on(*args)

    # Nobody takes the half for the whole.
    monkeypatch.setattr(reading, "go_on", overtaken)
    changes.reverse()
    for path in paths:
        with pytest.raises(httpx2.TransportError):
            await server.http.get(path)
    assert_refused(await looked(server, made["token"]), 404, "share_not_found")


@pytest.mark.databases("sqlite")
async def test_an_export_has_a_list_of_them(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    made = await link(ada, await _said(ada, "hello"))
    export = await taken(ada)
    listed = (await ada.get("/shares")).json()["shares"]
    assert json.loads(export.files["shares.json"]) == {"shares": listed}
    assert not any(made["token"].encode() in data for data in export.files.values())


@pytest.mark.databases("sqlite")
async def test_addresses_begin_with_the_public_url(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(public_url="https://chat.example.com/base/", shares_expire_days=2)
    ada = await server.person_with_model(upstream.url)
    chat = await _said(ada, "hello")
    path = f"/conversations/{chat}/shares"
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    made = (await ada.post(path, headers=headers)).json()
    assert made["url"].startswith("https://chat.example.com/base/s/")
    assert made["expires_at"] < in_days(2.1)
    me = (await ada.get("/auth/me")).json()
    assert (me["shares"], me["shares_expire_days"]) == ("on", 2)
