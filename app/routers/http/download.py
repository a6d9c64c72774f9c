"""Answers that a browser saves as a file."""

import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import ExitStack
from urllib.parse import quote

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.connections.request import request_state
from app.connections.transport import cut
from app.errors import AppError

NAME_BYTES = 150
"""File systems take 255; programs that save a file add to its name."""
FORBIDDEN = re.compile(r'[/\\:*?"<>|%]')
"""Separators, what Windows refuses, and `%`, which some read as an escape (RFC 6266 §4.3)."""
HIDDEN_CATEGORIES = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Control characters, invisible ones and those that turn the direction of a name around."""
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, with whatever suffix."""


def attachment(title: str, suffix: str, otherwise: str) -> str:
    """A `Content-Disposition` that saves a file under a title, or `otherwise` where that has
    nothing a name may have (RFC 6266, RFC 8187)."""
    name = file_name(title) or otherwise
    plain = name if name.isascii() else otherwise
    encoded = quote(name + suffix, safe="")
    return f"attachment; filename=\"{plain}{suffix}\"; filename*=UTF-8''{encoded}"


def file_name(title: str) -> str:
    """A title as a name for a file on any system; empty where nothing is left of it."""
    text = FORBIDDEN.sub(" ", unicodedata.normalize("NFC", title))
    text = "".join(" " if unicodedata.category(c) in HIDDEN_CATEGORIES else c for c in text)
    text = " ".join(text.split()).lstrip("-. ")
    text = text.encode()[:NAME_BYTES].decode(errors="ignore").rstrip(". ")
    return f"_{text}" if DEVICES.fullmatch(text) else text


class Download(StreamingResponse):
    """A file that is made while it is sent.

    Where that fails, or may not go on, the connection is cut: the client must not take the half
    for the whole. `held` is what the caller has entered for it; it is left at the end.
    """

    def __init__(
        self, parts: AsyncIterator[bytes], media_type: str, disposition: str, held: ExitStack
    ) -> None:
        headers = {"Content-Disposition": disposition}
        super().__init__(parts, headers=headers, media_type=media_type)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._held:
            try:
                await super().__call__(scope, receive, send)
            except AppError:
                transport = request_state(scope).transport
                if transport is None:
                    raise
                cut(transport)
