"""Our own export, read again: every word, time and version of it."""

import asyncio
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from app.schemas.fields import as_utc
from tests.files.made import picture, send, uploaded
from tests.support.server import RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.transfer.child import ReadItem, read
from tests.transfer.exporting import fetched, opened, ticket_path

LINE: dict[str, Any] = {
    "format": "chat-backend/1",
    "id": 12,
    "title": "Rivers",
    "title_source": "model",
    "created_at": "2026-11-29T12:30:05.123456Z",
    "updated_at": "2026-11-29T12:31:40.000001Z",
    "system_prompt": None,
    "params": None,
    "model": None,
    "preset": None,
    "folder": None,
    "pinned": False,
    "archived": False,
    "messages": [],
}
SAID: dict[str, Any] = {
    "id": 40,
    "parent_id": None,
    "sender": "user",
    "content": "Which?",
    "timestamp": "2026-11-29T12:30:05.123456Z",
    "active": True,
    "status": "complete",
}


KEPT = {"format", "id", "created_at", "sender"}
"""Without these it is no line, or no message."""
OF_REPLIES = [
    *("finish_reason", "error_code", "model_name", "connection_label"),
    *("left_out", "reasoning", "usage", "attachments"),
]


def told_again(read: ReadItem, spool: Path) -> dict[str, Any]:
    """What was read, as the line that it was read from."""
    item, own = read.item, read.item.own
    assert item.created_at is not None and item.updated_at is not None
    return {
        "format": "chat-backend/1",
        "id": int(item.source_id or 0),
        "title": item.title,
        "title_source": own["title_source"],
        "created_at": as_utc(item.created_at),
        "updated_at": as_utc(item.updated_at),
        "system_prompt": item.system_prompt or None,
        "params": own["params"],
        "model": own["model"],
        "preset": own["preset"],
        "folder": own["folder"],
        "pinned": own["pinned"],
        "archived": own["archived"],
        **({"continued_from": own["continued_from"]} if own["continued_from"] else {}),
        "messages": [_message(each, read, spool) for each in read.messages],
    }


def _message(message: Any, read: ReadItem, spool: Path) -> dict[str, Any]:
    own = dict(message.own)
    usage = own.pop("usage", None)
    if usage and not usage.pop("estimated"):
        own["usage"] = usage
    elif usage:
        own["usage"] = usage | {"estimated": True}
    parent = message.parent
    told = {
        **own,
        "parent_id": None if parent is None else int(read.messages[parent].key),
        "sender": message.sender,
        "content": message.content,
        "timestamp": as_utc(message.said_at),
        "active": message.shown,
        "status": message.status,
        "reasoning": message.reasoning,
        "model_name": message.model_name,
        "attachments": [
            (file.name, file.spool and sha256((spool / file.spool).read_bytes()).hexdigest())
            for file in message.files
        ],
    }
    always = {"parent_id", "content"}
    return {
        name: value for name, value in told.items() if value not in (None, []) or name in always
    }


def expected(line: dict[str, Any]) -> dict[str, Any]:
    """The line, with of what it names the names alone, and of files the names and hashes."""
    messages = [dict(message) for message in line["messages"]]
    for message in messages:
        if held := message.get("attachments"):
            message["attachments"] = [(file["name"], file["sha256"]) for file in held]
    model = line["model"] and {name: line["model"][name] for name in ("name", "connection")}
    named = {name: line[name] and line[name]["name"] for name in ("preset", "folder")}
    return line | named | {"model": model, "messages": messages}


@pytest.mark.anyio
@pytest.mark.databases("sqlite")
async def test_all_of_an_export_is_read(
    server: RunningServer, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    ada = await server.person_with_model(upstream.url, "reasoning")
    empty, id = await ada.conversation("空的"), await ada.conversation("  two  blanks ")
    first = (await ada.say(id, "Which?\r\n\tthis \x1b[0m one\u2028👍🏽")).json()["message"]["id"]
    await ada.post(f"/messages/{first}/edit", json={"content": "This one?"})
    for model in ("cut", "401", "echo"):
        await ada.set_model(upstream.url, model)
        await ada.say(id, model)
    reply = (await ada.messages(id))[-1]["id"]
    await ada.post(f"/messages/{reply}/regenerate", json={})
    text = await uploaded(ada, "报告".encode(), "报告.txt")
    cat = await uploaded(ada, picture(), "cat.png")
    await send(ada, id, "look", text["id"], cat["id"])
    folder = (await ada.post("/folders", json={"name": "课堂"})).json()["id"]
    change = {"system_prompt": "简短。", "params": {"top_p": 0.1, "stop": ["x"]}, "pinned": True}
    await ada.request("PATCH", f"/conversations/{id}", json=change | {"folder_id": folder})
    data = (await fetched(ada, await ticket_path(ada))).content
    file, spool = tmp_path / "export", tmp_path / "spool"
    await asyncio.to_thread(file.write_bytes, data)
    await asyncio.to_thread(spool.mkdir)
    found = await asyncio.to_thread(read, file, spool)
    assert found.archive is not None and found.archive.source == "chat-backend"
    lines = opened(data).lines
    assert {line["id"] for line in lines} == {empty, id}
    for line, item in zip(lines, found.items, strict=True):
        assert item.item.key == f"{line['id']} {line['created_at']}"
        assert item.item.notes == {}
        again = await asyncio.to_thread(told_again, item, spool)
        assert again == expected(line)
    # A line alone is an export, too: of one conversation, without the files.
    answer = await ada.get(f"/conversations/{id}/export?format=json")
    await asyncio.to_thread(file.write_bytes, answer.content)
    [alone] = (await asyncio.to_thread(read, file, spool)).items
    assert alone.item.key == f"{id} {answer.json()['created_at']}"
    files = [file for message in alone.messages for file in message.files]
    assert [(file.name, file.spool, file.why) for file in files] == [
        ("报告.txt", None, "missing"),
        ("cat.png", None, "missing"),
    ]


def items_of(folder: Path, *lines: dict[str, Any]) -> list[ReadItem]:
    """What is read of these lines."""
    file = folder / "lines.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return read(file, folder).items


def with_messages(*changes: dict[str, Any]) -> dict[str, Any]:
    return LINE | {"messages": [SAID | change for change in changes]}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": "chat-backend/2"}, "of_a_later_version"),
        ({"id": "12"}, "no_id"),
        ({"id": -1}, "no_id"),
        ({"created_at": 5}, "no_id"),
        ({"created_at": "0001-01-01T00:00:00Z"}, "no_id"),
    ],
)
def test_what_is_no_line_of_ours_fails_alone(
    tmp_path: Path, change: dict[str, Any], why: str
) -> None:
    found = items_of(tmp_path, LINE, LINE | change, LINE)
    told = [(each.item.result, each.item.why) for each in found]
    assert told == [("found", None), ("failed", why), ("found", None)]


def test_a_reply_that_was_being_written_was_broken_off(tmp_path: Path) -> None:
    reply = {"sender": "ai", "status": "generating", "parent_id": 40}
    line = with_messages({}, reply | {"id": 41}, reply | {"id": 42, "content": ""})
    [item] = items_of(tmp_path, line)
    assert [message.status for message in item.messages] == ["complete", "interrupted", "failed"]
    assert {message.own.get("error_code") for message in item.messages[1:]} == {"interrupted"}


def test_a_tree_that_is_none_becomes_one(tmp_path: Path) -> None:
    line = with_messages(
        {"id": 1},
        {"id": 2, "parent_id": 1, "active": True},
        {"id": 3, "parent_id": 1, "active": True},  # two versions at once
        {"id": 3, "content": "the same id"},
        {"id": 4, "parent_id": 99, "active": False},  # of nothing
        {"id": 5, "parent_id": 6, "active": False},  # of what comes later
        {"id": True},
        {"id": 6, "sender": "system"},
    )
    [item] = items_of(tmp_path, line)
    told = [(message.key, message.parent, message.shown) for message in item.messages]
    assert told == [
        ("1", None, True),
        ("2", 0, False),
        ("3", 0, True),
        ("4", None, False),
        ("5", None, False),
    ]
    assert item.item.notes == {"bad_node": 3, "orphan": 2}


def test_nothing_of_the_wrong_kind_or_size_comes_through(tmp_path: Path) -> None:
    odd = [None, 5, [], {}, "x" * 5_000, "\ud800\0", [[1]], {"name": 1}]
    outer = [*sorted(LINE.keys() - KEPT), "continued_from"]
    lines = [LINE | {name: value} for name in outer for value in odd]
    lines += [LINE | {"continued_from": day} for day in ("0001-01-01", "9999-12-31", "2026-W48-1")]
    inner = sorted(SAID.keys() - KEPT) + OF_REPLIES
    lines += [with_messages({"sender": "ai", name: value}) for name in inner for value in odd]
    counts = {"prompt_tokens": -1, "total_tokens": 2**40, "cost_nano_usd": 1.5, "estimated": 1}
    lines.append(with_messages({"sender": "ai", "usage": counts}))
    found = items_of(tmp_path, *lines)
    assert len(found) == len(lines)
    for each in found:  # its frames were looked at by the decoder
        assert each.item.result == "found"
        assert each.item.own["continued_from"] is None
        assert "\0" not in json.dumps(each.item.own) and len(json.dumps(each.item.own)) < 8_000
        for message in each.messages:
            assert "\0" not in message.content and len(json.dumps(message.own)) < 2_000


def test_files_are_taken_from_their_place_in_the_archive_alone(tmp_path: Path) -> None:
    paths = ["../../etc/passwd", "/etc/passwd", "manifest.json", "", 5, None]
    line = with_messages({"attachments": [{"name": "x", "path": path} for path in paths]})
    [item] = items_of(tmp_path, line)
    assert {file.why for file in item.messages[0].files} == {"missing"}
