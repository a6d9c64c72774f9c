"""Headers that browsers obey."""

from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from app.connections.request import request_state
from app.middleware.layer import HttpLayer


class SecurityHeaders(HttpLayer):
    """Headers that every answer carries; a page sets a content policy of its own."""

    DEFAULTS: dict[str, str] = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
    }
    OVER_HTTPS: dict[str, str] = {
        "Strict-Transport-Security": "max-age=31536000",
    }

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: Any = MutableHeaders(scope=message)
                more = self.OVER_HTTPS if request_state(scope).encrypted else {}
                for name, value in (self.DEFAULTS | more).items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)
