"""What happens to every request, as pure ASGI: address, log line, limits, headers."""

import re
import secrets
import time
from collections.abc import Awaitable, Callable
from ipaddress import ip_network
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import Settings
from app.errors import AppError, BodyTooLarge, InvalidInput, InvalidToken
from app.ratelimit import RateLimits
from app.responses import error_response
from app.utils.client_address import client_address, is_encrypted
from app.utils.tokens import read_access_token

BODY_BYTES = 2 * 1024 * 1024
UNCOUNTED = re.compile(
    r"/(health/\w+|docs(/assets/[\w.-]+)?|openapi\.json|assets/.+|ws/.+|conversations/\d+/stop)?"
)
"""Sockets are counted where their token is checked, message by message."""

log = structlog.get_logger()

Handler = Callable[[], Awaitable[None]]


class RequestContext:
    """Names the request and its address, and writes one line when it ends. No query, no body."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._proxies = [ip_network(proxy, strict=False) for proxy in settings.trusted_proxies]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        peer = scope["client"][0] if scope.get("client") else None
        request_id = secrets.token_hex(8)
        state = scope.setdefault("state", {})
        state["address"] = client_address(peer, headers.get("x-forwarded-for"), self._proxies)
        proto = headers.get("x-forwarded-proto")
        state["encrypted"] = is_encrypted(scope["scheme"], peer, proto, self._proxies)
        # The server's protocol object: the only way to cut a client that does not read.
        state["transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        status = 0

        async def remember(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, remember if scope["type"] == "http" else send)
            finally:
                log.info(
                    "request" if scope["type"] == "http" else "socket",
                    method=scope.get("method"),
                    path=scope["path"],
                    status=status or None,
                    user_id=state.get("user_id"),
                    ms=round((time.perf_counter() - began) * 1000, 1),
                )


class AllowedHosts:
    """Refuses requests for other hosts; a probe asks by address, so `/health/` always answers.

    `hosts` are names, `*.domain` for all below it, `*` for any.
    """

    def __init__(self, app: ASGIApp, hosts: list[str]) -> None:
        self.app = app
        self._names = {host.lower() for host in hosts if not host.startswith("*")}
        self._suffixes = tuple(host.lower().removeprefix("*") for host in hosts if host[0] == "*")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"].startswith("/health/"):
            await self.app(scope, receive, send)
        elif self._allows(Headers(scope=scope).get("host", "")):
            await self.app(scope, receive, send)
        else:
            await error_response(scope, InvalidInput(where="Host"))(scope, receive, send)

    def _allows(self, header: str) -> bool:
        name, colon, port = header.lower().rpartition(":")
        host = name if colon and port.isdigit() else header.lower()
        return host in self._names or host.endswith(self._suffixes)


class BodyLimit:
    """Refuses bodies over a size, whether they say so or not."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdigit() or int(length) > BODY_BYTES:
            await error_response(scope, BodyTooLarge())(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > BODY_BYTES:
                raise HTTPException(413)  # the framework takes any other error for bad JSON
            return message

        await self.app(scope, counted, send)


class RateLimit:
    """One budget a minute: of the user where the token is valid, else of the address."""

    def __init__(self, app: ASGIApp, limits: RateLimits) -> None:
        self.app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._uncounted(scope):
            await self.app(scope, receive, send)
            return
        try:
            await self._limits.hit(self._who(scope))
        except AppError as error:
            await error_response(scope, error)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _uncounted(self, scope: Scope) -> bool:
        return UNCOUNTED.fullmatch(scope["path"]) is not None

    def _who(self, scope: Scope) -> str:
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            try:
                secret = scope["app"].state.settings.secret_key.get_secret_value()
                user_id = read_access_token(secret, token).user_id
            except InvalidToken:
                pass
            else:
                scope["state"]["user_id"] = user_id
                return f"user:{user_id}"
        return f"address:{scope['state']['address']}"


class SecurityHeaders:
    """Headers that every answer carries; a page sets a content policy of its own."""

    DEFAULTS: dict[str, str] = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: Any = MutableHeaders(scope=message)
                for name, value in self.DEFAULTS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)
