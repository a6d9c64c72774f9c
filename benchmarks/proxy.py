"""The bare proxy: HTTP in, HTTP to the model's server, its answer out. No framework, keys or
database; what a request that is not streamed cannot cost less than in this language and event loop.
Run as `python -m benchmarks.proxy UPSTREAM_URL`.
"""

import asyncio
import sys
from typing import cast
from urllib.parse import urlsplit

import uvloop

HEAD_END = b"\r\n\r\n"


def _is_whole(data: bytes) -> bool:
    head, blank, body = data.partition(HEAD_END)
    length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
    return bool(blank) and len(body) >= int(length or 0)


class Client(asyncio.Protocol):
    """A client's connection, with one of its own to the model's server."""

    def __init__(self, host: str, port: int, path: str) -> None:
        self._upstream = host, port
        self._path = path.encode()
        self._received = b""
        self._call: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if _is_whole(self._received):
            body = self._received.partition(HEAD_END)[2]
            self._received = b""
            self._task = asyncio.get_running_loop().create_task(self._ask(body))

    def connection_lost(self, error: Exception | None) -> None:
        if self._call is not None:
            self._call.abort()

    async def _ask(self, body: bytes) -> None:
        if self._call is None:
            loop = asyncio.get_running_loop()
            transport, _ = await loop.create_connection(
                lambda: Answer(self._transport), *self._upstream
            )
            self._call = transport
        head = b"POST %b/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
        self._call.write(head % (self._path, len(body)) + body)


class Answer(asyncio.Protocol):
    """What the model's server says, passed on."""

    def __init__(self, client: asyncio.Transport) -> None:
        self._client = client

    def data_received(self, data: bytes) -> None:
        self._client.write(data)


async def main(url: str) -> None:
    parts = urlsplit(url)
    assert parts.hostname and parts.port
    its = parts.hostname, parts.port, parts.path
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Client(*its), "127.0.0.1", 0)
    sys.stdout.write(f"Ready on http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
