"""The socket's events in the OpenAPI document, which knows requests and answers only."""

from typing import Any

from pydantic import TypeAdapter

from app.schemas.error import ErrorResponse
from app.schemas.events import ClientEvent, ServerEvent

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
    return document
