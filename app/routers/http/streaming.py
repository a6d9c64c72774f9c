"""Replies as server-sent events (WHATWG HTML, section 9.2)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any

import orjson
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.errors import AppError, Language
from app.routers.http.responses import Responses
from app.routers.words import worded_event
from app.schemas.events import ServerEvent

EVENT_STREAM = "text/event-stream"
STREAMED: Responses = {200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}}
KEEP_ALIVE_SECONDS = 15
ENDINGS = ("done", "error")


class EventStream(StreamingResponse):
    """One reply's events as they come, until its end or until `ended` gives the reason to stop.

    `held` is what the caller has entered for the stream; it is left at the end.
    """

    media_type = EVENT_STREAM

    def __init__(
        self,
        events: AsyncIterator[ServerEvent],
        ended: asyncio.Future[AppError],
        language: Language,
        held: ExitStack,
    ) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(_frames(events, ended, language), headers=headers)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._held:
            await super().__call__(scope, receive, send)


async def _frames(
    events: AsyncIterator[ServerEvent], ended: asyncio.Future[AppError], language: Language
) -> AsyncIterator[bytes]:
    """Events as frames, with a comment after every quiet while.

    When the stream is ended from outside, the last frame gives the reason.
    """
    upcoming = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            watched: set[asyncio.Future[Any]] = {upcoming, ended}
            await asyncio.wait(
                watched, timeout=KEEP_ALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if ended.done():
                error = ended.result()
                yield _frame({"type": "error", "message": error.text(language), "code": error.code})
                return
            if not upcoming.done():
                yield b": keep-alive\n\n"
                continue
            event = upcoming.result()
            if event is None:
                return
            yield _frame(worded_event(event, language))
            if event["type"] in ENDINGS:
                return  # nothing comes after an ending, not even the end of the login
            upcoming = asyncio.ensure_future(anext(events, None))
    finally:
        upcoming.cancel()


def _frame(event: ServerEvent) -> bytes:
    data = b"data: " + orjson.dumps(event) + b"\n\n"
    place = event.get("id")
    return f"id: {place}\n".encode() + data if place else data
