"""Answers that a browser saves as a file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Literal
from urllib.parse import quote

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.connections.request import request_state
from app.connections.transport import cut
from app.errors import AppError
from app.services.files.names import file_name


def attachment(title: str, suffix: str, otherwise: str) -> str:
    """A `Content-Disposition` that saves a file under a title, or `otherwise` where that has
    nothing a name may have (RFC 6266, RFC 8187)."""
    return _named("attachment", file_name(title) or otherwise, suffix, otherwise)


def disposition(name: str, kind: Literal["inline", "attachment"]) -> str:
    """A `Content-Disposition` for a file with a name of its own."""
    return _named(kind, file_name(name) or "file", "", "file")


def _named(kind: str, name: str, suffix: str, otherwise: str) -> str:
    plain = name if name.isascii() else otherwise
    encoded = quote(name + suffix, safe="")
    return f"{kind}; filename=\"{plain}{suffix}\"; filename*=UTF-8''{encoded}"


class MadeMeanwhile(StreamingResponse):
    """An answer that is made while it is sent. Where that fails, the connection is cut: the client
    must not take the half for the whole."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except AppError:
            transport = request_state(scope).transport
            if transport is None:
                raise
            cut(transport)


class Download(MadeMeanwhile):
    """A file that is made while it is sent, but not after `ended` has the reason why. `held` is
    what the caller has entered for it; it is left at the end."""

    def __init__(
        self,
        parts: AsyncIterator[bytes],
        media_type: str,
        disposition: str,
        ended: asyncio.Future[AppError],
        held: ExitStack,
    ) -> None:
        headers = {"Content-Disposition": disposition}
        super().__init__(_until(ended, parts), headers=headers, media_type=media_type)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._held:
            await super().__call__(scope, receive, send)


async def _until(
    ended: asyncio.Future[AppError], parts: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    async for part in parts:
        if ended.done():
            raise ended.result()
        yield part
