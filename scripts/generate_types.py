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

Schema = dict[str, Any]


def rendered(document: Schema) -> str:
    """TypeScript for every schema of an OpenAPI document."""
    schemas = document["components"]["schemas"]
    return HEAD + "".join(_declaration(name, schemas[name]) for name in sorted(schemas))


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
    if schema["type"] == "array":
        items = _type(schema["items"])
        return f"({items})[]" if " " in items else f"{items}[]"
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
