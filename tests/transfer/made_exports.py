"""Exports of other products, made here."""

import json
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

BEGAN = 1735689600.0
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d4944415478da6364f8cf500f00038601805a347d6b0000000049454e44ae426082"
)


def node(
    id: str, role: str, content: str | Mapping[str, Any], parent: str | None, **more: Any
) -> dict[str, Any]:
    """A node of a conversation of ChatGPT's; `more` is its message's."""
    told = content
    if isinstance(content, str):
        told = {"content_type": "text", "parts": [content]}
    message = {"id": id, "author": {"role": role}, "content": told, "create_time": BEGAN}
    return {"id": id, "message": message | more, "parent": parent, "children": []}


def chatgpt(id: str, *nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A conversation of ChatGPT's."""
    return {
        "conversation_id": id,
        "title": f"Talk {id}",
        "create_time": BEGAN,
        "update_time": BEGAN + 60,
        "mapping": {each["id"]: each for each in nodes},
        "current_node": nodes[-1]["id"] if nodes else None,
        "default_model_slug": "gpt-5",
    } | more


def talk(id: str, *said: str) -> dict[str, Any]:
    """A conversation of ChatGPT's in which each answers the other."""
    nodes = [
        node(f"n{n}", ("user", "assistant")[n % 2], text, f"n{n - 1}" if n else None)
        for n, text in enumerate(said)
    ]
    return chatgpt(id, *nodes)


def zipped(
    members: Mapping[str, bytes | str] | Iterable[tuple[zipfile.ZipInfo | str, bytes]],
) -> bytes:
    """A ZIP with these members."""
    made = BytesIO()
    pairs = members.items() if isinstance(members, Mapping) else members
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return made.getvalue()


def written(folder: Path, content: bytes | str | Any) -> Path:
    """A file with these bytes, or this text, or this as JSON. Its name says nothing."""
    path = folder / "upload"
    if not isinstance(content, bytes | str):
        content = json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
