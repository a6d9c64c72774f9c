"""Through one shared connection nobody gets what is anybody else's at the provider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.services.shared_connections.service import SharedConnections
from tests.keys.programs import Program, assert_told, program_of
from tests.support.server import RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.support.upstream_exchange import USAGE, Exchange, scenario

pytestmark = pytest.mark.anyio

PNG = "data:image/png;base64,iVBORw0KGgo="
PARAMETERS = {"type": "object", "properties": {"file_id": {"type": "string"}, "container": {}}}
FUNCTION = {"type": "function", "function": {"name": "f", "parameters": PARAMETERS}}
FLAT = {"type": "function", "name": "f", "parameters": PARAMETERS}
RESPONSE = {
    "id": "resp_theirs",
    "object": "response",
    "created_at": 1,
    "status": "completed",
    "model": "real",
    "output": [
        {"type": "message", "id": "msg_1", "content": [{"type": "output_text", "text": "Hi"}]}
    ],
    "usage": {"input_tokens": 7, "output_tokens": 5, "total_tokens": 12},
    "store": True,
    "billing": {"payer": "developer"},
}
EVENTS: list[dict[str, Any]] = [
    {"type": "response.created", "sequence_number": 0, "response": RESPONSE | {"status": "queued"}},
    {"type": "response.output_text.delta", "sequence_number": 1, "delta": "Hi", "secret": "x"},
    {"type": "response.completed", "sequence_number": 2, "response": RESPONSE},
]


@scenario("either")
async def either(exchange: Exchange) -> None:
    """Answers responses as it does chat completions."""
    if not exchange.request.path.endswith("/responses"):
        message = {"role": "assistant", "content": "Hi"}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        await exchange.answer(200, {"choices": choices, "usage": USAGE})
    elif exchange.request.is_streamed:
        await exchange.head()
        for event in EVENTS:
            await exchange.event(event)
        await exchange.end()
    else:
        await exchange.answer(200, RESPONSE)


@asynccontextmanager
async def two_programs(
    server: RunningServer, upstream: ScriptedUpstream
) -> AsyncIterator[tuple[Program, Program, str]]:
    """Programs of two users, and what both call one shared model."""
    services = server.app.state.services
    shared = SharedConnections(services.database, services.vault, services.ai)
    slug = (await shared.add("Ours", upstream.url, "sk-of-the-operator", ["either"])).slug
    await shared.share(slug, True)
    try:
        ada, bob = await server.register(), await server.register()
        yield await program_of(ada), await program_of(bob), f"@{slug}/either"
    finally:
        await shared.remove(slug)


def said(part: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}, part]}]}


def items(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"input": [*parts]}


REFUSED_CHAT: list[tuple[dict[str, Any], str]] = [
    ({"previous_response_id": "resp_1"}, "previous_response_id"),
    ({"web_search_options": {}}, "web_search_options"),
    ({"models": ["expensive"]}, "models"),
    ({"plugins": [{"id": "web"}]}, "plugins"),
    ({"extra_body": {"file_id": "f"}}, "extra_body.file_id"),
    ({"tools": [FUNCTION, {"type": "web_search"}]}, "tools[1].type"),
    ({"tools": [{"type": "mcp", "server_label": "x"}]}, "tools[0].type"),
    (said({"type": "file", "file": {"file_id": "file-1"}}), "messages[0].content[1].file.file_id"),
    ({"messages": [{"role": "assistant", "audio": {"id": "audio_1"}}]}, "messages[0].audio.id"),
    ({"audio": {"format": "wav", "voice": {"id": "voice_1"}}}, "audio.voice.id"),
    (said({"type": "file", "File": {"FILE_ID": "f"}}), "messages[0].content[1].File.FILE_ID"),
    (
        said({"type": "image_url", "image_url": {"url": "ms://f"}}),
        "messages[0].content[1].image_url.url",
    ),
    (said({"type": "video", "video": ["oss://f"]}), "messages[0].content[1].video[0]"),
    ({"messages": [{"role": "system", "content": "fileid://f"}]}, "messages[0].content"),
    ({"tools": [{"googleSearch": {}}]}, "tools[0].googleSearch"),
    ({"tools": [FUNCTION | {"google_search": {}}]}, "tools[0].google_search"),
    ({"tools": [{"type": ["web_search"]}]}, "tools[0].type"),
    ({"tool_choice": {"type": {}}}, "tool_choice.type"),
    ({"n" * 500: {"file_id": "f"}}, "n" * 200),
]
REFUSED_RESPONSES: list[tuple[dict[str, Any], str]] = [
    ({"previous_response_id": "resp_1"}, "previous_response_id"),
    ({"conversation": "conv_1"}, "conversation"),
    ({"conversation": {"id": "conv_1"}}, "conversation"),
    ({"prompt": {"id": "pmpt_1"}}, "prompt.id"),
    ({"background": True}, "background"),
    ({"tools": [{"type": "file_search", "vector_store_ids": ["vs_1"]}]}, "tools[0].type"),
    ({"tools": [{"type": "code_interpreter", "container": "c"}]}, "tools[0].container"),
    ({"tools": [{"type": "namespace", "tools": [{"type": "mcp"}]}]}, "tools[0].tools[0].type"),
    ({"tool_choice": {"type": "web_search"}}, "tool_choice.type"),
    (items({"type": "item_reference", "id": "rs_1"}), "input[0].type"),
    (
        items({"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}),
        "input[0].content[0].file_id",
    ),
    (items({"type": "code_interpreter_call", "container_id": "c"}), "input[0].container_id"),
]


async def test_what_is_kept_at_the_provider_is_refused_wherever_it_stands(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    async with two_programs(server, upstream) as (ada, bob, name):
        for program in (ada, bob):
            before = len(upstream.requests)
            for body, param in REFUSED_CHAT:
                answer = await program.chat(name, **body)
                assert_told(answer, 400, "not_supported", param)
            for body, param in REFUSED_RESPONSES:
                asked = {"model": name, "input": "x"} | body
                answer = await program.request("POST", "/responses", json=asked)
                assert_told(answer, 400, "not_supported", param)
            assert len(upstream.requests) == before


async def test_what_passes_through_a_shared_connection(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    async with two_programs(server, upstream) as (ada, bob, name):
        mine = {
            "user": "x",
            "store": True,
            "metadata": {"file_id": "f"},
            "service_tier": "priority",
        }
        passing = {
            **said({"type": "image_url", "image_url": {"url": PNG}}),
            "tools": [FUNCTION],
            "tool_choice": {"type": "function", "function": {"name": "f"}},
            "response_format": {"type": "json_schema", "json_schema": {"schema": PARAMETERS}},
            **{"n": 1, "top_k": 5, "max_tokens": 9, "background": False},
        }
        answer = await ada.chat(name, **passing, **mine)
        assert answer.status_code == 200, answer.text
        sent = upstream.requests[-1]
        assert sent.body == {"model": "either", **passing, "store": False}
        assert sent.headers["authorization"] == "Bearer sk-of-the-operator"

        item = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
        asked = {"model": name, "tools": [FLAT], "store": True, **items({**item, "id": "fc_1"})}
        answer = await bob.request("POST", "/responses", json=asked)
        assert answer.status_code == 200, answer.text
        assert upstream.requests[-1].path.endswith("/v1/responses")
        assert upstream.requests[-1].body == {
            **{"model": "either", "tools": [FLAT], "store": False},
            **items(item),
        }
        told = answer.json()
        assert told["id"] != RESPONSE["id"]
        assert (told["model"], told["store"], "billing" in told) == (name, False, False)
        assert told["output"] == RESPONSE["output"]
        assert told["usage"] == RESPONSE["usage"]


async def test_responses_of_ones_own_connection(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "either")
    program = await program_of(ada)
    hosted = {
        **{"model": "default", "previous_response_id": "resp_1", "stream": True},
        **{"tools": [{"type": "web_search"}], "input": [{"type": "item_reference", "id": "rs_1"}]},
    }
    answer = await program.request("POST", "/responses", json=hosted)
    assert answer.status_code == 200, answer.text
    assert upstream.requests[-1].body == hosted | {"model": "either", "store": False}
    blocks = answer.text.strip().split("\n\n")
    assert [block.split("\n")[0] for block in blocks] == [
        f"event: {event['type']}" for event in EVENTS
    ]
    assert "resp_theirs" not in answer.text and "secret" not in answer.text
    await program.chat("default", tools=hosted["tools"])
    assert upstream.requests[-1].body["tools"] == hosted["tools"]
    rows = (await ada.get("/usage?by=key")).json()["rows"]
    assert [(row["attempts"], row["prompt_tokens"]) for row in rows] == [(2, 14)]
