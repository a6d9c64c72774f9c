"""Requests whose body is a file, as it is."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import Request
from starlette.requests import ClientDisconnect

from app.errors import RequestTimeout

BINARY = "application/octet-stream"
RAW: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
UPLOADED: dict[str, Any] = {"requestBody": {"required": True, "content": {BINARY: RAW}}}


def declared_length(request: Request) -> int | None:
    """How many bytes are to come; None where that is not said."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdigit() else None


async def raw_body(request: Request) -> AsyncIterator[bytes]:
    """What comes, as it comes; RequestTimeout where the client leaves before its end."""
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect as error:
        raise RequestTimeout from error  # which nobody is told
