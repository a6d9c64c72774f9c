"""The export of each product comes out as it says in expected.json, read by the real process."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.transfer.child import EXPORTS, ReadItem, read

EXPECTED: dict[str, list[dict[str, Any]]] = json.loads((EXPORTS / "expected.json").read_text())
FOUND = {"created", "updated", "unchanged"}
"""What the server makes of what is found, by what it has already."""


@pytest.mark.parametrize("name", EXPECTED)
def test_an_export_comes_out_as_expected(name: str, tmp_path: Path) -> None:
    export = read(EXPORTS / name, tmp_path)
    expected = EXPECTED[name]
    assert [told(item) for item in export.items] == [wanted(each) for each in expected]
    spooled = {f.spool for item in export.items for m in item.messages for f in m.files if f.spool}
    assert {path.name for path in tmp_path.iterdir()} == spooled


def told(read: ReadItem) -> dict[str, Any]:
    item, messages = read.item, read.messages
    found: dict[str, Any] = {
        "format": item.source or "?",
        "result": item.result,
        "why": item.why,
    }
    if item.result == "failed":
        return found
    found |= {"id": short(item.source_id or item.key), "notes": item.notes}
    if item.result == "skipped":
        return found
    texts = [message.content for message in read.shown]
    files = Counter(
        "text" if file.text else "stored" if file.spool else file.why
        for message in messages
        for file in message.files
    )
    versions = Counter(message.parent for message in messages)
    assert all(message.parent is None or message.parent < n for n, message in enumerate(messages))
    assert len({message.key for message in messages}) == len(messages) == item.messages
    return found | {
        "title": item.title,
        "system": item.system_prompt,
        "messages": len(messages),
        "shown": len(read.shown),
        "version_points": sum(count > 1 for count in versions.values()),
        "shown_text": texts if len(texts) < 100 else [texts[0], "…", texts[-1]],
        "reasoning": [message.reasoning for message in messages if message.reasoning],
        "models": sorted({message.model_name for message in messages if message.model_name}),
        "failed": sum(message.status == "failed" for message in messages),
        "attachments": dict(files),
    }


def wanted(expected: dict[str, Any]) -> dict[str, Any]:
    """An expected item, as the reading alone can tell it."""
    found = {"why": None} | expected
    if found["result"] in FOUND:
        found["result"] = "found"
    if found["why"]:
        found["why"] = found["why"].replace(" ", "_")
    if "id" in found:
        found["id"] = short(found["id"])
    return found


def short(id: str | None) -> str | None:
    """An id that is a hash is any: it is not said of what exactly."""
    return "sha256" if id and id.startswith("sha256") else id
