"""What a program may not ask of a shared connection.

Its key at the provider is the operator's: whatever is kept there under that key (answers,
conversations, files, stores, containers) would be anybody's who knows its id, and what the provider
does besides answering is not counted here. So of the fields on top only known ones pass, ids of
what is kept are refused wherever they stand, and tools are the program's own.
"""

import re
from collections.abc import Iterator
from typing import Any

from app.errors import NotSharedHere

KEPT = {
    "previousresponseid",
    "responseid",
    "conversation",
    "conversationid",
    "promptid",
    "fileid",
    "fileids",
    "fileuri",
    "vectorstoreid",
    "vectorstoreids",
    "container",
    "containerid",
    "connectorid",
    "serverurl",
    "skillid",
    "background",
    "cachedcontent",
}
"""Names of what a provider keeps, or fetches; see `_plain`."""
KEPT_TYPES = {"item_reference", "input_file_id", "file_search", "mcp", "container_reference"}
WITH_ID = {"prompt", "audio", "voice"}
"""Kept, where they have an id."""
ADDRESS = re.compile(r"\s*(?!https?:|data:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
"""One that leads to what is kept (`ms:`, `oss:`, `gs:`), or into the server itself (`file:`)."""
ADDRESSES = ("url", "uri", "image", "video")
"""How the names of fields end that hold addresses."""
FILE_AS_TEXT = re.compile(r"\s*fileid://", re.IGNORECASE)
"""How DashScope names a file, in the text of a message."""
NOTHING: tuple[Any, ...] = (None, False)
OWN_TOOLS = {"function", "custom", "namespace"}
"""Tools that are called by the program itself."""
TOOL_FIELDS = {
    *("type", "function", "custom", "tools", "name", "description", "strict", "format"),
    *("parameters", "input_schema", "output_schema", "defer_loading", "cache_control"),
}
"""Gateways know the provider's tools by other fields, whatever the type."""
CHOICES = OWN_TOOLS | {"allowed_tools", "auto", "none", "required"}
SCHEMAS = {"parameters", "schema", "input_schema", "json_schema", "guided_json"}
SCHEMAS |= {"structured_outputs", "output_schema"}
"""Hold JSON Schema of the program's own, in which any name may stand."""
PLACE_CHARACTERS = 200

FieldPlace = tuple["FieldPlace | None", str | int]
"""Where something stands: in what, and its name or number there. It is put into words only for
what is refused: names may be long, and what stands in them may be much."""

SAMPLING = {
    *("temperature", "top_p", "top_k", "top_a", "min_p", "seed", "stop", "stop_token_ids"),
    *("presence_penalty", "frequency_penalty", "repetition_penalty", "repeat_penalty"),
    *("logit_bias", "logprobs", "top_logprobs", "typical_p", "min_tokens", "ignore_eos"),
    *("include_stop_str_in_output", "skip_special_tokens", "spaces_between_special_tokens"),
    *("length_penalty", "guided_json", "guided_regex", "guided_choice", "guided_grammar"),
    *("structured_outputs", "grammar", "json_schema", "chat_template_kwargs", "enable_thinking"),
    *("thinking", "thinking_budget", "reasoning", "reasoning_effort", "reasoning_format"),
    *("include_reasoning", "verbosity", "mirostat", "mirostat_tau", "mirostat_eta"),
    *("dynatemp_range", "dynatemp_exponent", "repeat_last_n", "cache_prompt"),
    *("add_generation_prompt", "continue_final_message", "separate_reasoning", "safe_prompt"),
    *("prompt_cache_key", "prompt_cache_retention", "safety_identifier", "random_seed"),
    *("timings_per_token", "return_progress", "stream", "stream_options", "model"),
}
TOOLS = {"tools", "tool_choice", "parallel_tool_calls", "functions", "function_call"}
KNOWN: dict[str, set[str]] = {
    "chat": SAMPLING
    | TOOLS
    | {"messages", "max_tokens", "max_completion_tokens", "n", "response_format", "modalities"}
    | {"audio", "prediction"},
    "responses": SAMPLING
    | TOOLS
    | {"input", "instructions", "max_output_tokens", "max_tool_calls", "text", "truncation"}
    | {"include", "client_metadata"},
    "embeddings": {"model", "input", "encoding_format", "dimensions", "input_type", "truncate"},
}
IGNORED = {"user", "store", "metadata", "service_tier"}
"""Dropped, or no more than what is done anyway."""


def require_shareable(endpoint: str, body: dict[str, Any]) -> None:
    """Raise NotSharedHere for the first thing in a body that a shared connection is not for."""
    body = {name: value for name, value in body.items() if name not in IGNORED}
    for place, name, value in _named(body):
        if _is_kept(name, value) or _is_id_of_kept(place, value):
            raise NotSharedHere(_told(place))
    for place, tool in _tools(body):
        if _type_of(tool, "function") not in OWN_TOOLS:
            raise NotSharedHere(_told((place, "type")))
        for name in tool.keys() - TOOL_FIELDS:
            raise NotSharedHere(_told((place, name)))
    choice = body.get("tool_choice")
    if isinstance(choice, dict) and _type_of(choice) not in CHOICES:
        raise NotSharedHere("tool_choice.type")
    for name, value in body.items():
        if name not in KNOWN[endpoint] and value not in NOTHING:
            raise NotSharedHere(_told((None, name)))


def _is_kept(name: str, value: Any) -> bool:
    plain = _plain(name)
    if isinstance(value, str):
        if plain == "type":
            return value in KEPT_TYPES
        if FILE_AS_TEXT.match(value) or (plain.endswith(ADDRESSES) and ADDRESS.match(value)):
            return True
    return plain in KEPT and value not in NOTHING


def _is_id_of_kept(place: FieldPlace, value: Any) -> bool:
    above, name = place
    if above is None or not (isinstance(name, str) and isinstance(above[1], str)):
        return False
    return _plain(name) == "id" and _plain(above[1]) in WITH_ID and value not in NOTHING


def _plain(name: str) -> str:
    """A name as servers take it that are lenient about case and `_`."""
    return name.replace("_", "").lower()


def _type_of(value: dict[str, Any], default: str | None = None) -> str | None:
    kind = value.get("type", default)
    return kind if isinstance(kind, str) else None


def without_item_ids(body: dict[str, Any]) -> dict[str, Any]:
    """A body for `/responses` whose items have no ids: those name what a provider keeps."""
    items = body.get("input")
    if not isinstance(items, list):
        return body
    return body | {
        "input": [
            {name: value for name, value in item.items() if name != "id"}
            if isinstance(item, dict)
            else item
            for item in items
        ]
    }


def _tools(body: dict[str, Any]) -> Iterator[tuple[FieldPlace, dict[str, Any]]]:
    choice: FieldPlace = (None, "tool_choice")
    lists: list[tuple[FieldPlace, Any]] = [((None, "tools"), body.get("tools"))]
    chosen = body.get("tool_choice")
    if isinstance(chosen, dict):
        lists.append(((choice, "tools"), chosen.get("tools")))
        allowed = chosen.get("allowed_tools")
        if isinstance(allowed, dict):
            lists.append((((choice, "allowed_tools"), "tools"), allowed.get("tools")))
    while lists:
        place, tools = lists.pop()
        if tools is None:
            continue
        if not isinstance(tools, list):
            raise NotSharedHere(_told(place))
        for number, tool in enumerate(tools):
            if not isinstance(tool, dict):
                raise NotSharedHere(_told((place, number)))
            yield (place, number), tool
            lists.append((((place, number), "tools"), tool.get("tools")))


def _named(body: dict[str, Any]) -> Iterator[tuple[FieldPlace, str, Any]]:
    """Every field of a body with its place, save those inside a program's own schemas; texts in a
    list by the list's name."""
    waiting: list[tuple[FieldPlace | None, str, Any]] = [(None, "", body)]
    while waiting:
        place, above, value = waiting.pop()
        if isinstance(value, dict):
            for name, inner in value.items():
                its = (place, name)
                yield its, name, inner
                if isinstance(inner, dict | list) and name not in SCHEMAS:
                    waiting.append((its, name, inner))
        else:
            for number, inner in enumerate(value):
                if isinstance(inner, str):
                    yield (place, number), above, inner
                elif isinstance(inner, dict | list):
                    waiting.append(((place, number), above, inner))


def _told(place: FieldPlace | None) -> str:
    """A place in words, as `tools[0].type`."""
    steps: list[str] = []
    while place is not None:
        place, step = place
        name = step if isinstance(step, str) else f"[{step}]"
        steps.append(f".{name}" if isinstance(step, str) and place is not None else name)
    return "".join(reversed(steps))[:PLACE_CHARACTERS]
