"""An OpenAI-compatible model server that plays scenarios, chosen by the request's model name."""

import asyncio
import json
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tests.support import upstream_faults, upstream_refusals
from tests.support.patience import PATIENCE_SECONDS
from tests.support.upstream_exchange import (
    FOR_TITLES_TOO,
    SCENARIOS,
    Exchange,
    Raw,
    Received,
    Refuse,
)
from tests.support.upstream_replies import echo

__all__ = ["Raw", "Received", "ScriptedUpstream", "upstream_faults", "upstream_refusals"]

MODELS = ["echo", "slow", "reasoning"]


async def play(exchange: Exchange) -> None:
    """Answers a request: a title, or the scenario its model is named after.

    The model list is asked for without a model: there the scenario is the folder's name, if any.
    """
    request = exchange.request
    if request.path.endswith("/models"):
        await SCENARIOS.get(request.path.split("/")[-2], models)(exchange)
    elif request.is_title and request.model not in FOR_TITLES_TOO:
        await exchange.head()
        await exchange.delta(exchange.upstream.title)
        await exchange.finish()
    else:
        await SCENARIOS.get(request.model, echo)(exchange)


async def models(exchange: Exchange) -> None:
    await exchange.answer(200, {"object": "list", "data": [{"id": name} for name in MODELS]})


class ScriptedUpstream:
    """The server, in the test's own loop. Unknown model names play `echo`.

    `requests` are all requests so far, `connections` all connections ever accepted,
    `open_connections` those open now, `closed_early` the number of replies whose client left
    before their end (`await upstream.left_early()` waits for the next one).
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.requests: list[Received] = []
        self.connections = 0
        self.open_connections = 0
        self.closed_early = 0
        self.raw = Raw()
        """What `raw` answers replies with and, as `raw_title`, titles."""
        self.refuse: Refuse = lambda body: None
        """What `refuses` answers requests with."""
        self.title = "A scripted title"
        """What title requests are answered with."""
        self._released = asyncio.Event()
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        self._released.set()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._tasks)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def host(self) -> str:
        """What stands in ALLOWED_PRIVATE_MODEL_HOSTS for this server."""
        return f"127.0.0.1:{self.port}"

    @property
    def replies(self) -> list[Received]:
        """The requests for replies, without those for titles and model lists."""
        return [r for r in self.requests if r.is_streamed and not r.is_title]

    def release(self) -> None:
        """Lets `hold` and `mute` go on."""
        self._released.set()

    async def released(self) -> None:
        await self._released.wait()

    async def received(self, count: int = 1) -> None:
        """Waits until `count` requests have arrived in all."""
        await self._until(lambda: len(self.requests) >= count)

    async def left_early(self, count: int = 1) -> None:
        """Waits until `count` clients have closed their connection before the reply's end."""
        await self._until(lambda: self.closed_early >= count)

    async def all_closed(self) -> None:
        """Waits until no connection is open."""
        await self._until(lambda: self.open_connections == 0)

    async def _until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(is_so)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        self.connections += 1
        self.open_connections += 1
        try:
            first: bytes | None = b""
            while first is not None:
                first = await self._serve(first, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            self.open_connections -= 1
            writer.transport.abort()
            await self._tell()

    async def _serve(
        self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bytes | None:
        """Answers one request; returns the first byte of the next, None at the end."""
        exchange = Exchange(self, await _read_request(first, reader), writer)
        self.requests.append(exchange.request)
        await self._tell()
        script = asyncio.ensure_future(play(exchange))
        next_byte = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait((script, next_byte), return_when=asyncio.FIRST_COMPLETED)
            if script.done() or (next_byte.result() and not script.done()):
                await script
            else:
                self.closed_early += not exchange.is_over
                return None
            return (await next_byte or None) if exchange.keeps_alive else None
        except ConnectionError:
            self.closed_early += exchange.keeps_alive and not exchange.is_over
            return None
        finally:
            for task in (script, next_byte):
                task.cancel()
            await asyncio.gather(script, next_byte, return_exceptions=True)


async def _read_request(first: bytes, reader: asyncio.StreamReader) -> Received:
    head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    start, *lines = head.strip().split("\r\n")
    method, path, _ = start.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (s.partition(":") for s in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Received(method, path, headers, json.loads(body) if body else {})
