"""A model's endpoint that costs next to nothing: every token says when it was sent."""

import asyncio
import re
import time
from dataclasses import dataclass
from typing import cast

import orjson

STAMP_CHARACTERS = 14
"""A token's text: microseconds of the monotonic clock, 13 digits, and a blank."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
BEFORE = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"bench",'
    b'"choices":[{"index":0,"delta":{"content":"'
)
AFTER = b'"},"finish_reason":null}]}\n\n'
LAST = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"bench",'
    b'"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)
MODELS = 500
STREAMED = re.compile(rb'"stream": ?true')


def _model_list() -> bytes:
    names = ["bench", *(f"maker-{number % 10}/model-{number}" for number in range(1, MODELS))]
    body = orjson.dumps({"object": "list", "data": [{"id": name} for name in names]})
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


def _whole() -> bytes:
    """A completion that is not streamed."""
    message = {"role": "assistant", "content": "Some words."}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
    told = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "bench"}
    body = orjson.dumps(told | {"choices": [choice], "usage": usage})
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


_BEFORE = b"%x\r\n%b" % (len(BEFORE) + STAMP_CHARACTERS + len(AFTER), BEFORE)
_AFTER = AFTER + b"\r\n"
_END = _chunk(LAST) + b"0\r\n\r\n"
_MODEL_LIST = _model_list()
_WHOLE = _whole()


@dataclass(frozen=True)
class Script:
    """How replies go: so many tokens, with so much time between them (0: as fast as they are
    taken). `held` replies stop after their first token until `release`."""

    tokens: int
    interval_seconds: float = 0.0
    held: bool = False


class Upstream:
    """The endpoint, in the event loop of the load it serves; follows `script`."""

    def __init__(self) -> None:
        self.script = Script(tokens=1)
        self.is_cut = False
        self._waiting: list[Exchange] = []

    async def start(self) -> None:
        """Listen on a free port of the loopback interface."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Exchange(self), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    def play(self, script: Script) -> None:
        """Answer so from now on."""
        self.script, self.is_cut = script, False

    def hold(self, exchange: "Exchange") -> None:
        self._waiting.append(exchange)

    def release(self) -> None:
        """Let the held replies go on, spread evenly over one interval."""
        waiting, self._waiting = self._waiting, []
        now = asyncio.get_running_loop().time()
        step = self.script.interval_seconds / max(len(waiting), 1)
        for number, exchange in enumerate(waiting):
            exchange.go_on(now + number * step)

    def cut(self) -> None:
        """End every running reply at its next token."""
        self.is_cut = True

    async def close(self) -> None:
        self._server.close()


class Exchange(asyncio.Protocol):
    """One connection: reads a request, streams its reply on an absolute clock, then the next.

    Whoever asks for its models (GET) gets the list of them.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._loop = asyncio.get_running_loop()
        self._received = b""
        self._may_write = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._received.startswith(b"GET ") and self._received.endswith(b"\r\n\r\n"):
            self._received = b""
            self._transport.write(_MODEL_LIST)
            return
        head, blank, body = self._received.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        if blank and len(body) >= int(length):
            self._received = b""
            if STREAMED.search(body):
                self._answer()
            else:
                self._transport.write(_WHOLE)

    def pause_writing(self) -> None:
        self._may_write = False

    def resume_writing(self) -> None:
        self._may_write = True
        if not self._script.interval_seconds:
            self._pour()

    def connection_lost(self, error: Exception | None) -> None:
        self._may_write = False
        self._left = 0

    def go_on(self, when: float) -> None:
        """Send the rest, the next token at `when`."""
        if not self._script.interval_seconds:
            self._pour()
            return
        self._due = when
        self._loop.call_at(when, self._tick)

    def _answer(self) -> None:
        self._script = self._upstream.script
        self._left = self._script.tokens
        self._transport.write(HEAD)
        self._token()
        if self._script.held:
            self._upstream.hold(self)
        else:
            self.go_on(self._loop.time() + self._script.interval_seconds)

    def _token(self) -> None:
        stamp = b"%013d " % (time.monotonic_ns() // 1000)
        self._transport.write(_BEFORE + stamp + _AFTER)
        self._left -= 1

    def _tick(self) -> None:
        if self._transport.is_closing():
            return
        if self._left <= 0 or self._upstream.is_cut:
            self._transport.write(_END)
            return
        self._token()
        self._due += self._script.interval_seconds
        self._loop.call_at(self._due, self._tick)

    def _pour(self) -> None:
        """One token at a turn of the loop, so that each is a write of its own."""
        if not self._may_write:
            return
        if self._left <= 0:
            self._transport.write(_END)
            return
        self._token()
        self._loop.call_soon(self._pour)
