"""Programs as tests play them: what they ask with a key, and a model's server that counts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson

from tests.faults.watching import eventually
from tests.support.server import Person, RunningServer
from tests.support.upstream_exchange import Exchange, completion, scenario

CALL = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": '{"a": 1}'}}
USAGE = {
    "prompt_tokens": 11,
    "completion_tokens": 7,
    "total_tokens": 18,
    "prompt_tokens_details": {"cached_tokens": 3},
    "completion_tokens_details": {"reasoning_tokens": 2},
}
LOGPROBS = {"content": [{"token": "Hi", "logprob": -0.25, "bytes": [72, 105], "top_logprobs": []}]}
SECRETS = {"system_fingerprint": "fp_1", "x_internal": {"key": "sk-leaked"}, "provider": "hidden"}
"""What a server sends beside an answer, and which passes nowhere."""


COUNTED: list[tuple[int, int]] = []
"""What the scripted server has counted: prompt and completion."""


@dataclass
class Program:
    """A program that has a key."""

    server: RunningServer
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    async def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        headers = self.headers | options.pop("headers", {})
        return await self.server.http.request(method, f"/v1{path}", headers=headers, **options)

    async def chat(self, model: str, **body: Any) -> httpx2.Response:
        said = [{"role": "user", "content": "hello"}]
        headers = body.pop("headers", {})
        body = {"model": model, "messages": said} | body
        return await self.request("POST", "/chat/completions", json=body, headers=headers)

    @asynccontextmanager
    async def streamed(self, model: str, **body: Any) -> AsyncIterator["Events"]:
        """The pieces of an answer, as they come."""
        said = [{"role": "user", "content": "hello"}]
        asked = {"model": model, "messages": said, "stream": True} | body
        path = "/v1/chat/completions"
        http = self.server.http
        async with http.stream("POST", path, json=asked, headers=self.headers) as answer:
            yield Events(answer)


@dataclass
class Events:
    """A stream of an answer."""

    answer: httpx2.Response

    async def __aiter__(self) -> AsyncIterator[Any]:
        """What its events hold: `[DONE]`, or JSON."""
        async for line in self.answer.aiter_lines():
            if line.startswith("data: "):
                data = line.removeprefix("data: ")
                yield data if data == "[DONE]" else orjson.loads(data)

    async def all(self) -> list[Any]:
        return [event async for event in self]


async def program_of(person: Person, **key: Any) -> Program:
    """A program with a new key of somebody's."""
    answer = await person.post("/auth/keys", json={"name": "a program"} | key)
    assert answer.status_code == 201, answer.text
    return Program(person.server, answer.json()["key"])


async def settled(person: Person) -> list[dict[str, Any]]:
    """Somebody's last requests in the ledger, once none runs any more."""
    attempts: list[dict[str, Any]] = []

    async def all_over() -> bool:
        attempts[:] = (await person.get("/usage/attempts")).json()["attempts"]
        return all(attempt["status"] != "running" for attempt in attempts)

    await eventually(all_over)
    return attempts


def assert_told(answer: httpx2.Response, status: int, code: str, param: str | None = None) -> None:
    """The answer is this failure, in OpenAI's shape."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"error"}
    error = body["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["code"], error["param"]) == (code, param), answer.text
    assert error["message"]


@scenario("full")
async def full(exchange: Exchange) -> None:
    """Everything that a completion may hold, streamed or not."""
    message = {
        "role": "assistant",
        "content": "Hi 🍣",
        "refusal": "No.",
        "reasoning_content": "Let me think",
        "tool_calls": [CALL],
    }
    last = {"finish_reason": "tool_calls", "logprobs": LOGPROBS}
    if not exchange.request.is_streamed:
        choices = [{"index": n, "message": message, **last} for n in range(exchange_n(exchange))]
        await exchange.answer(200, completion({}) | SECRETS | {"choices": choices, "usage": USAGE})
        return
    await exchange.head()
    for name in ("role", "reasoning_content", "content", "refusal"):
        await piece(exchange, {"delta": {name: message[name]}, "finish_reason": None})
    for part in ({**CALL, "index": 0}, {"index": 0, "function": {"arguments": ""}}):
        await piece(exchange, {"delta": {"tool_calls": [part]}, "finish_reason": None})
    await piece(exchange, {"delta": {}, **last})
    if exchange.request.body.get("stream_options", {}).get("include_usage"):
        await exchange.event({**SECRETS, "choices": [], "usage": USAGE})
    await exchange.chunk(b"data: [DONE]\n\n")
    await exchange.end()


@scenario("greets")
async def greets(exchange: Exchange) -> None:
    """A few words, streamed or not."""
    if not exchange.request.is_streamed:
        message = {"role": "assistant", "content": "Hi 🍣"}
        choice = completion({"message": message, "finish_reason": "stop"})
        await exchange.answer(200, choice | {"usage": USAGE})
        return
    await exchange.head()
    await exchange.delta("Hi 🍣", role="assistant")
    await exchange.finish()


@scenario("wrong_key")
async def wrong_key(exchange: Exchange) -> None:
    await exchange.error(401, "Incorrect API key provided: sk-test-key", "invalid_api_key")


def exchange_n(exchange: Exchange) -> int:
    return int(exchange.request.body.get("n", 1))


async def piece(exchange: Exchange, choice: dict[str, Any]) -> None:
    await exchange.event({**completion(choice), **SECRETS})


@scenario("counting")
async def counting(exchange: Exchange) -> None:
    """Counts every request anew, streamed or not."""
    number = len(COUNTED) + 1
    COUNTED.append((number, 3 * number))
    usage = {"prompt_tokens": number, "completion_tokens": 3 * number, "total_tokens": 4 * number}
    if exchange.request.path.endswith("/embeddings"):
        usage = {"prompt_tokens": number, "total_tokens": number}
        COUNTED[-1] = (number, 0)
        row = {"object": "embedding", "index": 0, "embedding": [0.125, -1e-9]}
        await exchange.answer(200, {"object": "list", "data": [row], "usage": usage})
    elif exchange.request.is_streamed:
        await exchange.head()
        await exchange.delta("a word")
        await exchange.event(completion({"delta": {}, "finish_reason": "stop"}))
        await exchange.event({"choices": [], "usage": usage})
        await exchange.chunk(b"data: [DONE]\n\n")
        await exchange.end()
    else:
        message = {"role": "assistant", "content": "a word"}
        choice = completion({"message": message, "finish_reason": "stop"})
        await exchange.answer(200, choice | {"usage": usage})
