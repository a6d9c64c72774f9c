"""Bounds on the size of a request and on the time it takes to come."""

import asyncio
from collections.abc import Awaitable

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import BodyTooLarge, HeadTooLarge
from app.middleware.layer import Answer, HttpLayer
from app.responses import error_response
from app.utils.json_parts import MOST_PARTS, count_parts

HEAD_BYTES = 32 * 1024
BODY_BYTES = 2 * 1024 * 1024


class HeadLimit:
    """Refuses heads above a size before anything reads them: a token of megabytes is JSON, too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "lifespan" or self._size(scope) <= HEAD_BYTES:
            return self.app(scope, receive, send)
        short = {**scope, "headers": []}
        return error_response(short, HeadTooLarge())(short, receive, send)

    @staticmethod
    def _size(scope: Scope) -> int:
        fields = sum(len(name) + len(value) for name, value in scope["headers"])
        return fields + len(scope["path"]) + len(scope["query_string"])


class BodyLimit(HttpLayer):
    """Refuses bodies above a size, declared or not, and those of too many parts."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdigit() or int(length) > BODY_BYTES:
            await error_response(scope, BodyTooLarge())(scope, receive, send)
            return
        seen = parts = 0

        async def counted() -> Message:
            nonlocal seen, parts
            message = await receive()
            body = message.get("body", b"")
            seen, parts = seen + len(body), parts + count_parts(body)
            if seen > BODY_BYTES or parts > MOST_PARTS:
                raise HTTPException(413)  # the framework takes any other error for bad JSON
            return message

        await self.app(scope, counted, send)


class BodyTimeout(HttpLayer):
    """Limits the time that a body takes to arrive.

    What follows the body, such as a long reply, is not limited.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        super().__init__(app)
        self._seconds = seconds

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        due = asyncio.get_running_loop().time() + self._seconds
        answer = Answer(send)
        whole = False

        async def patient() -> Message:
            nonlocal whole
            try:
                async with asyncio.timeout_at(None if whole else due):
                    message = await receive()
            except TimeoutError as error:
                if answer.has_begun:  # before reading the body
                    return {"type": "http.disconnect"}
                raise HTTPException(408) from error
            whole = whole or not message.get("more_body", False)
            return message

        await self.app(scope, patient, answer)
