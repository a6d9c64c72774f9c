"""Bounds on the size of a request and on the time it takes to come."""

import asyncio
import re
from collections.abc import Awaitable
from typing import Literal

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import (
    AppError,
    AttachmentTooLarge,
    AvatarTooLarge,
    BodyTooLarge,
    HeadTooLarge,
    ImportTooLarge,
    RequestTimeout,
)
from app.middleware.layer import Answer, HttpLayer
from app.responses import error_response, is_program_request
from app.services.profile.service import AVATAR_BYTES
from app.utils.json_parts import MOST_PARTS, count_parts

HEAD_BYTES = 32 * 1024
BODY_BYTES = 2 * 1024 * 1024
UploadKind = Literal["attachment", "avatar", "import"]
UPLOADS: dict[UploadKind, re.Pattern[str]] = {
    "avatar": re.compile("PUT /auth/me/avatar"),
    "attachment": re.compile("PUT /attachments"),
    "import": re.compile("PUT /imports|PATCH /imports/[0-9]+"),
}
"""What comes here is no JSON: it goes to disk as it comes, has a bound of its own, and may take as
long as it keeps coming."""
PROGRAM_PARTS = 600_000
"""Of a program's request, which may hold a long conversation."""
PACE_SECONDS = 30
PACE_BYTES = 8 * 1024 * PACE_SECONDS
"""So much of an upload comes in that time, or its end."""


def upload_of(scope: Scope) -> UploadKind | None:
    """What a request uploads; None where its body is no file."""
    asked = f"{scope['method']} {scope['path']}"
    return next((kind for kind, asking in UPLOADS.items() if asking.fullmatch(asked)), None)


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

    def __init__(
        self, app: ASGIApp, attachment_bytes: int, import_bytes: int, program_bytes: int
    ) -> None:
        super().__init__(app)
        self._program_bytes = program_bytes
        self._refusals: dict[UploadKind, tuple[int, AppError]] = {
            "attachment": (attachment_bytes, AttachmentTooLarge(attachment_bytes)),
            "avatar": (AVATAR_BYTES, AvatarTooLarge(AVATAR_BYTES // 1024)),
            "import": (import_bytes, ImportTooLarge(import_bytes)),
        }

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if kind := upload_of(scope):
            await self._handle_upload(kind, scope, receive, send)
            return
        most, most_parts = BODY_BYTES, MOST_PARTS
        if is_program_request(scope):
            most, most_parts = self._program_bytes, PROGRAM_PARTS
        if _declared(scope) > most:
            await error_response(scope, BodyTooLarge())(scope, receive, send)
            return
        seen = parts = 0

        async def counted() -> Message:
            nonlocal seen, parts
            message = await receive()
            body = message.get("body", b"")
            seen, parts = seen + len(body), parts + count_parts(body)
            if seen > most or parts > most_parts:
                raise HTTPException(413)  # the framework takes any other error for bad JSON
            return message

        await self.app(scope, counted, send)

    async def _handle_upload(
        self, kind: UploadKind, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Whoever takes an upload in counts its bytes."""
        most, refusal = self._refusals[kind]
        if _declared(scope) > most:
            await error_response(scope, refusal)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _declared(scope: Scope) -> float:
    """How long a body is to be; infinite where that makes no sense."""
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isdigit() else float("inf")


class BodyTimeout(HttpLayer):
    """Limits the time that a body takes to arrive, and of an upload how slowly it may come.

    What follows the body, such as a long reply, is not limited.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        super().__init__(app)
        self._seconds = seconds

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if upload_of(scope) or is_program_request(scope):
            await self.app(scope, UploadPace(receive), send)
            return
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


class UploadPace:
    """A `receive` that waits for an upload as long as it keeps its pace. Only waiting counts: the
    server takes its own time."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._waited = 0.0
        self._came = 0
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        now = asyncio.get_running_loop().time
        began = now()
        try:
            async with asyncio.timeout(max(PACE_SECONDS - self._waited, 0)):
                message = await self._receive()
        except TimeoutError as error:
            raise RequestTimeout from error
        self._waited += now() - began
        self._came += len(message.get("body", b""))
        if self._came >= PACE_BYTES:
            self._waited, self._came = 0.0, 0
        self._whole = not message.get("more_body", False)
        return message
