"""Chat completions through a key: what goes out, what comes back, and what stays behind."""

import pytest

from tests.keys.programs import (
    CALL,
    LOGPROBS,
    USAGE,
    Program,
    program_of,
)
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

MESSAGE = {
    "role": "assistant",
    "content": "Hi 🍣",
    "refusal": "No.",
    "reasoning_content": "Let me think",
    "tool_calls": [CALL],
}


async def with_model(server: RunningServer, url: str, model: str) -> tuple[Person, Program]:
    ada = await server.person_with_model(url, model)
    return ada, await program_of(ada)


async def test_a_whole_answer(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada, program = await with_model(server, upstream.url, "full")
    more = {"temperature": 0.5, "response_format": {"type": "json_object"}, "tools": [], "n": 2}
    own = {"user": "ada", "store": True, "metadata": {"a": "b"}, "vendor_only": {"deep": [1]}}
    answer = await program.chat("default/full", **more, **own)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body.pop("id").startswith("chatcmpl-")
    assert isinstance(body.pop("created"), int)
    choice = {"message": MESSAGE, "finish_reason": "tool_calls", "logprobs": LOGPROBS}
    assert body == {
        "object": "chat.completion",
        "model": "default/full",
        "choices": [{"index": 0, **choice}, {"index": 1, **choice}],
        "usage": USAGE,
    }
    sent = upstream.requests[-1]
    said = [{"role": "user", "content": "hello"}]
    assert sent.body == {"model": "full", "messages": said, **more, "vendor_only": {"deep": [1]}}
    assert sent.headers["authorization"] == "Bearer sk-test-key"
    assert program.key not in str(sent)
    for name in ("limit", "remaining", "reset"):
        assert f"x-ratelimit-{name}-requests" in answer.headers


@pytest.mark.parametrize("wants_usage", [False, True])
async def test_a_streamed_answer(
    server: RunningServer, upstream: ScriptedUpstream, wants_usage: bool
) -> None:
    _, program = await with_model(server, upstream.url, "full")
    options = {"stream_options": {"include_usage": True}} if wants_usage else {}
    async with program.streamed("full", **options) as stream:
        assert stream.answer.headers["content-type"].startswith("text/event-stream")
        *chunks, done = await stream.all()
    assert done == "[DONE]"
    assert len({chunk["id"] for chunk in chunks}) == 1
    heads = [{**chunk} for chunk in chunks]
    assert {(each["object"], each["model"]) for each in heads} == {
        ("chat.completion.chunk", "full")
    }
    assert "sk-leaked" not in str(chunks)
    counted = [chunk for chunk in chunks if not chunk["choices"]]
    assert [chunk["usage"] for chunk in counted] == ([USAGE] if wants_usage else [])
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    assert deltas == [
        {"role": "assistant"},
        {"reasoning_content": "Let me think"},
        {"content": "Hi 🍣"},
        {"refusal": "No."},
        {"tool_calls": [{**CALL, "index": 0}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ""}}]},
        {},
    ]
    last = [chunk for chunk in chunks if chunk["choices"]][-1]["choices"][0]
    assert (last["finish_reason"], last["logprobs"]) == ("tool_calls", LOGPROBS)
    assert upstream.requests[-1].body["stream_options"] == {"include_usage": True}
