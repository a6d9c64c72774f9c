"""An export of any product is brought in as it says in expected.json, and the second time nothing
changes."""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest

from tests.support.server import Person, RunningServer
from tests.transfer.child import EXPORTS
from tests.transfer.imported import all_items, brought_in, stored_of, whole_history

pytestmark = pytest.mark.anyio

EXPECTED: dict[str, list[dict[str, Any]]] = json.loads((EXPORTS / "expected.json").read_text())
EVERYWHERE = {"chatgpt/split.zip", "chatgpt/ugly.json", "claude/ugly.json", "openwebui/ugly.json"}
"""What makes rows of every kind; the others differ in how they are read, which asks no database."""
FILES = [
    name if name in EVERYWHERE else pytest.param(name, marks=pytest.mark.databases("sqlite"))
    for name in EXPECTED
]
OF_FILES = ("stored", "text", "missing")
SHOWN_WHOLE = 100


def notes_of(item: dict[str, Any]) -> Counter[str]:
    found: Counter[str] = Counter()
    for note in item["notes"]:
        found[note["code"]] += note["count"]
    return found


async def told(person: Person, item: dict[str, Any]) -> dict[str, Any]:
    """An item of a report, and what is there of it."""
    found = {"result": item["result"], "why": item.get("why")}
    if item["result"] == "failed":
        return found
    counts = notes_of(item)
    found["notes"] = {code: n for code, n in counts.items() if code not in OF_FILES}
    if item["result"] == "skipped":
        return found
    found["attachments"] = {code: counts[code] for code in OF_FILES if counts[code]}
    return found | {"title": item["title"]}


def wanted(item: dict[str, Any]) -> dict[str, Any]:
    names = ["result", "why"]
    if item["result"] != "failed":
        names.append("notes")
    if item["result"] not in ("failed", "skipped"):
        names += ["attachments", "title"]
    found = {name: item.get(name) for name in names}
    return found | {"why": found["why"] and found["why"].replace(" ", "_")}


@pytest.mark.parametrize("name", FILES)
async def test_a_file_is_brought_in_once(server: RunningServer, name: str) -> None:
    person = await server.register()
    data = await asyncio.to_thread((EXPORTS / name).read_bytes)
    expected = EXPECTED[name]
    done = await brought_in(person, data, name)
    assert done["status"] == "done", done
    items = await all_items(person, done["id"])
    assert [await told(person, item) for item in items] == [wanted(each) for each in expected]
    results = Counter(each["result"] for each in expected)
    assert {result: done[result] for result in results} == dict(results)
    assert done["done"] == len(expected)
    for item, each in zip(items, expected, strict=True):
        if "shown_text" in each and each["result"] == "created":
            await check(person, item["conversation_id"], each, expected)
    listed = (await person.get("/conversations")).json()
    assert listed["total"] == results["created"]
    before = await stored_of(server, person.id)
    again = await brought_in(person, data, name)
    assert await stored_of(server, person.id) == before
    found = Counter(each["result"] for each in await all_items(person, again["id"]))
    known = results["created"] + results["updated"] + results["unchanged"]
    others = {key: results[key] for key in ("skipped", "failed") if results[key]}
    assert found == ({"unchanged": known} if known else {}) | others


async def check(
    person: Person, id: int, each: dict[str, Any], expected: list[dict[str, Any]]
) -> None:
    """A conversation is as it is after the last item of the file that tells of it."""
    last = [other for other in expected if other.get("id") == each["id"]][-1]
    if last["result"] == "unchanged":
        last = [other for other in expected if other.get("id") == each["id"]][-2]
    shown = await whole_history(person, id)
    texts = [message["content"] for message in shown]
    short = texts if len(texts) < SHOWN_WHOLE else [texts[0], "…", texts[-1]]
    assert short == last["shown_text"]
    assert len(shown) == last["shown"]
    conversation = (await person.get(f"/conversations/{id}")).json()
    assert conversation["title"] == each["title"]
    assert (conversation["system_prompt"] or "") == each["system"]
    [found] = [
        row
        for row in (await person.get("/conversations")).json()["conversations"]
        if row["id"] == id
    ]
    assert found["message_count"] == last["shown"]
