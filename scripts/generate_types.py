"""Write the page's types of the API, frontend/src/api/schema.ts, from the OpenAPI document.

With --check nothing is written; the exit status says whether the file is what would be.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.config import Settings
from app.main import create_app

TYPES = Path(__file__).parent.parent / "frontend" / "src" / "api" / "schema.ts"
HEAD = "/** What goes over the wire. Made by scripts/generate_types.py; not to be edited. */\n"
SIMPLE = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean"}
CALLS = """
/** What each call takes and answers; those that answer something else than JSON are not here. */
export interface Calls {
"""

Schema = dict[str, Any]


def rendered(document: Schema) -> str:
    """TypeScript for every schema and every call of an OpenAPI document."""
    schemas = document["components"]["schemas"]
    types = "".join(_declaration(name, schemas[name]) for name in sorted(schemas))
    paths = document["paths"].items()
    calls = "".join(
        f'  "{method.upper()} {path}": {{ {"; ".join([*_takes(call), answer])} }};\n'
        for path, operations in paths
        for method, call in operations.items()
        if (answer := _answer(call))
    )
    return f"{HEAD}{types}{CALLS}{calls}}}\n"


def _takes(call: Schema) -> Iterator[str]:
    """Fields for the names in a path or a query, and for a body."""
    found = [item for item in call.get("parameters", ()) if item["in"] in ("path", "query")]
    if found:
        fields = "; ".join(f"{item['name']}{_mark(item)}: {_given(item)}" for item in found)
        yield f"params{_mark(*found)}: {{ {fields} }}"
    if body := call.get("requestBody"):
        part = body["content"].get("application/json")
        yield f"body{_mark(body)}: {_given(part) if part else 'Blob'}"


def _mark(*items: Schema) -> str:
    return "" if any(item.get("required") for item in items) else "?"


def _given(part: Schema) -> str:
    """The type of a parameter or a body: what has no value is left out, and nothing is null."""
    return _type(part["schema"]).removesuffix(" | null")


def _answer(call: Schema) -> str | None:
    """The field for what a call answers; None where that is something else than JSON."""
    good = [answer for status, answer in call["responses"].items() if status.startswith("2")]
    contents = [kind for answer in good for kind in answer.get("content", {}).items()]
    if not contents:
        return "answer: void"
    schema = dict(contents).get("application/json", {}).get("schema")
    return f"answer: {_type(schema)}" if schema else None


def _declaration(name: str, schema: Schema) -> str:
    comment = " ".join(schema.get("description", "").split())
    above = f"\n/** {comment} */\n" if comment else "\n"
    if "properties" in schema:
        return f"{above}export interface {name} {{\n{''.join(_fields(schema))}}}\n"
    return f"{above}export type {name} = {_type(schema)};\n"


def _fields(schema: Schema) -> Iterator[str]:
    required = schema.get("required", ())
    for name, field in schema["properties"].items():
        yield f"  {name}{'' if name in required else '?'}: {_type(field)};\n"


def _type(schema: Schema) -> str:
    """The type of one field; KeyError for what no schema of this API has."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if kinds := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(_type(kind) for kind in kinds)
    if values := [schema["const"]] if "const" in schema else schema.get("enum"):
        return " | ".join(json.dumps(value) for value in values)
    if not schema:
        return "unknown"
    if schema["type"] == "array":
        items = _type(schema["items"])
        return f"({items})[]" if " " in items else f"{items}[]"
    if schema["type"] == "object" and "additionalProperties" in schema:
        return "Record<string, unknown>"
    return "null" if schema["type"] == "null" else SIMPLE[schema["type"]]


def main(check: bool) -> int:
    """The exit status."""
    wanted = rendered(create_app(Settings(_env_file=None)).openapi())
    if check:
        return int(not TYPES.is_file() or TYPES.read_text("utf-8") != wanted)
    TYPES.parent.mkdir(parents=True, exist_ok=True)
    TYPES.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
