"""docs/api.md as data, and schemas in the words that its tables use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.config import Settings
from app.main import create_app

DOCUMENT = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
OPENAPI = create_app(Settings(_env_file=None)).openapi()
NAMED = {"MessageRead": "message", "ReplyParams": "params", "ParamsRead": "params"}
"""Objects that have a table of their own, by the titles of their schemas."""
Rows = dict[str, list[str]]
"""A table: the cells after the first one, by the name in the first."""
Schema = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """What stands under a heading: its text, and its tables by the name of their first column."""

    title: str
    text: str

    @property
    def tables(self) -> dict[str, Rows]:
        found: dict[str, Rows] = {}
        table = re.compile(r"^\| ([^|`]+) \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", re.MULTILINE)
        for name, rows in table.findall(self.text):
            cells = [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows.splitlines()]
            found[name] = {first.strip("`"): rest for first, *rest in cells}
        return found

    @property
    def answers(self) -> dict[int, list[str]]:
        """The statuses of an endpoint, each with the codes that are told of it."""
        line = re.search(r"^\*\*Answers\*\* (.+)$", self.text, re.MULTILINE)
        assert line, f"{self.title} does not say what it answers"
        parts = line[1].split(";")
        return {int(part.strip()[:3]): re.findall(r"`(\w+)`", part) for part in parts}

    @property
    def answer(self) -> Rows:
        return self.tables.get("answer", {})


def _sections() -> dict[str, Section]:
    parts = re.split(r"^#{2,3} (.+)\n", DOCUMENT, flags=re.MULTILINE)[1:]
    return {
        title: Section(title, text) for title, text in zip(parts[::2], parts[1::2], strict=True)
    }


SECTIONS = _sections()
ENDPOINT = re.compile(r"(GET|HEAD|POST|PUT|PATCH|DELETE) /\S+")
ENDPOINTS = [title for title in SECTIONS if ENDPOINT.fullmatch(title)]
MESSAGE = SECTIONS["Messages"].tables["message"]


def resolved(schema: Schema) -> Schema:
    """A schema without references, and without null among its kinds."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    schema = {**schema, **kinds[0]} if kinds else schema
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rpartition("/")[2]
    found: Schema = OPENAPI["components"]["schemas"][name]
    return found


def in_words(schema: Schema, is_required: bool = True) -> str:
    """A schema as the second column of a table says it."""
    plain = resolved(schema)
    kind: str = plain["type"]
    if plain.get("title") in NAMED:
        kind = NAMED[plain["title"]]
    elif plain.get("format") == "date-time":
        kind = "time"
    elif kind == "array" and resolved(plain["items"]).get("title") == "MessageRead":
        kind = "array of messages"
    elif kind == "array" and resolved(plain["items"])["type"] == "string":
        kind = "array of strings"
    least = plain.get("minLength", plain.get("minimum"))
    most = plain.get("maxLength", plain.get("maximum"))
    bounds = "" if most is None else f", to {most}" if least is None else f", {least}–{most}"
    if not is_required:
        return f"{kind}{bounds}, if any"
    nullable = {"type": "null"} in schema.get("anyOf", ())
    return kind + bounds + ((", or null" if bounds else " or null") if nullable else "")


def answered_rows(
    schema: Schema, leaves_out: bool = False, before: str = ""
) -> Iterator[list[str]]:
    """The rows of an answer's table: each field's name and kind, those of objects inside too."""
    plain = resolved(schema)
    for name, field in plain["properties"].items():
        is_there = not leaves_out or name in plain.get("required", ())
        yield [before + name, in_words(field, is_there)]
        inner = resolved(field)
        place = f"{before}{name}."
        if inner["type"] == "array":
            inner, place = resolved(inner["items"]), f"{before}{name}[]."
        if "properties" in inner and inner["title"] not in NAMED:
            yield from answered_rows(inner, leaves_out, place)
