"""One request to the scripted model server, and the means to answer it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.services.conversations.titles import INSTRUCTION

USAGE = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}


@dataclass(slots=True)
class Received:
    """A request as it arrived. `is_title` tells a title's request from a reply's."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def is_streamed(self) -> bool:
        return self.body.get("stream") is True

    @property
    def is_title(self) -> bool:
        return self.last_user_text.startswith(INSTRUCTION)

    @property
    def model(self) -> str:
        return str(self.body.get("model", ""))

    @property
    def last_user_text(self) -> str:
        texts = [m["content"] for m in self.body.get("messages", []) if m["role"] == "user"]
        said = texts[-1] if texts else ""
        if isinstance(said, list):  # beside pictures
            said = "".join(part.get("text", "") for part in said)
        return str(said)


@dataclass(slots=True)
class Raw:
    """An answer given byte by byte, as the scenario `raw` plays it."""

    body: bytes = b""
    media_type: str = "text/event-stream"
    status: int = 200


Refuse = Callable[[dict[str, Any]], object]
"""What a request of this body is refused with; None where it is not."""


class Director(Protocol):
    """What a scenario may know of the server that plays it."""

    title: str
    raw: Raw
    refuse: Refuse
    requests: list[Received]

    async def released(self) -> None: ...


class Exchange:
    """One request and the means to answer it."""

    def __init__(self, upstream: Director, request: Received, writer: asyncio.StreamWriter) -> None:
        self.upstream = upstream
        self.request = request
        self._writer = writer
        self.keeps_alive = True
        self.is_over = False

    @property
    def is_first(self) -> bool:
        """Whether no request came before this one."""
        return len(self.upstream.requests) == 1

    async def write(self, data: bytes) -> None:
        if self._writer.is_closing():  # uvloop has a RuntimeError for it
            raise ConnectionResetError
        self._writer.write(data)
        await self._writer.drain()

    async def head(
        self, status: int = 200, media_type: str = "text/event-stream", **more: str
    ) -> None:
        """The head of a chunked response; `more` are headers, with `_` for `-`."""
        lines = [f"HTTP/1.1 {status} Scripted", f"Content-Type: {media_type}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
        lines += ["Transfer-Encoding: chunked", "", ""]
        await self.write("\r\n".join(lines).encode())

    async def chunk(self, data: bytes) -> None:
        await self.write(b"%x\r\n%s\r\n" % (len(data), data))

    async def end(self) -> None:
        self.is_over = True
        await self.write(b"0\r\n\r\n")

    async def event(self, payload: Any) -> None:
        await self.chunk(b"data: %s\n\n" % json.dumps(payload).encode())

    async def delta(self, text: str | None, **more: Any) -> None:
        """One piece of the reply, with further fields of the delta."""
        await self.event(completion({"delta": {"content": text, **more}, "finish_reason": None}))

    async def finish(self, reason: str = "stop", *, done: bool = True) -> None:
        """The usual end: finish reason, usage where asked for, `[DONE]`."""
        await self.event(completion({"delta": {}, "finish_reason": reason}))
        if self.request.body.get("stream_options", {}).get("include_usage"):
            await self.event({"choices": [], "usage": USAGE})
        if done:
            await self.chunk(b"data: [DONE]\n\n")
        await self.end()

    async def answer(self, status: int, payload: Any, **headers: str) -> None:
        """A whole JSON response."""
        await self.head(status, "application/json", **headers)
        await self.chunk(json.dumps(payload).encode())
        await self.end()

    async def error(self, status: int, message: str, code: str = "scripted") -> None:
        await self.answer(status, {"error": {"message": message, "type": code, "code": code}})

    async def drop(self) -> None:
        """Cuts the connection without a word."""
        self.keeps_alive = False
        self._writer.close()


def completion(choice: dict[str, Any]) -> dict[str, Any]:
    kind = "chat.completion" if "message" in choice else "chat.completion.chunk"
    return {"id": "c", "object": kind, "model": "m", "choices": [{"index": 0, **choice}]}


def whole(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return completion({"message": message, "finish_reason": "stop"}) | {"usage": USAGE}


Scenario = Callable[[Exchange], Awaitable[None]]
SCENARIOS: dict[str, Scenario] = {}
"""By model name."""
FOR_TITLES_TOO: set[str] = set()
"""Scenarios that answer title requests as well; with any other these get a title."""


def scenario(name: str, *, titles_too: bool = False) -> Callable[[Scenario], Scenario]:
    """Registers a scenario under the model name that chooses it."""

    def register(function: Scenario) -> Scenario:
        SCENARIOS[name] = function
        if titles_too:
            FOR_TITLES_TOO.add(name)
        return function

    return register
