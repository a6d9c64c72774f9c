"""The socket's events in the OpenAPI document, which knows requests and answers only."""

from typing import Any

from pydantic import TypeAdapter

from app.schemas.error import ErrorResponse
from app.schemas.events import ClientEvent, ServerEvent
from app.schemas.fields import MAX_ID

REFERENCE = "#/components/schemas/{model}"
INSIDE = {"message": "MessageRead", "user_message": "MessageRead", "usage": "UsageRead"}
"""What stands in the objects of events, which are made without models."""


def with_events(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the schemas `ServerEvent` and `ClientEvent`, and of each of the events."""
    schemas = document["components"]["schemas"]
    refusal = ErrorResponse.model_json_schema(ref_template=REFERENCE)
    schemas |= refusal.pop("$defs")
    schemas[ErrorResponse.__name__] = refusal
    unions: dict[str, TypeAdapter[Any]] = {
        "ServerEvent": TypeAdapter(ServerEvent),
        "ClientEvent": TypeAdapter(ClientEvent),
    }
    for name, union in unions.items():
        schema = union.json_schema(ref_template=REFERENCE)
        schemas |= schema.pop("$defs")
        schemas[name] = {"oneOf": schema["oneOf"], "title": name}
    for event in schemas["ServerEvent"]["oneOf"]:
        fields = schemas[event["$ref"].rpartition("/")[2]]["properties"]
        for name, model in INSIDE.items():
            if name in fields and fields[name]["type"] == "object":
                fields[name] = {"$ref": REFERENCE.format(model=model)}
    for schema in schemas.values():
        _mend_bounds(schema)
    return document


def _mend_bounds(schema: Any) -> None:
    """Bounds of whole numbers as they are: FastAPI makes floats of those in bodies, and the largest
    id is none."""
    if isinstance(schema, list):
        for part in schema:
            _mend_bounds(part)
    elif isinstance(schema, dict):
        for part in schema.values():
            _mend_bounds(part)
        if schema.get("type") == "integer":
            for name in ("minimum", "maximum"):
                if isinstance(schema.get(name), float):
                    schema[name] = min(int(schema[name]), MAX_ID)
