"""The origin of every request, its id, and its log line."""

import secrets
import time
from ipaddress import ip_network

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import Settings
from app.connections.request import RequestState, request_state
from app.logs import log
from app.metrics import request_seconds, requests
from app.origin import ActingFor, RequestOrigin
from app.state import app_state
from app.tracing import SpanAttributes, span
from app.utils.client_address import client_address, is_encrypted
from app.utils.tokens import KEY_MARK

METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}


class RequestContext:
    """Gives the request its id and address; counts it and logs one line when it ends.

    Neither query nor body is logged.
    """

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
        hops, proto = _whole(headers, "x-forwarded-for"), _whole(headers, "x-forwarded-proto")
        state = RequestState(
            client_address(peer, hops, self._proxies),
            is_encrypted(scope["scheme"], peer, proto, self._proxies),
            # Of the server's protocol object; the framework may have wrapped `send`.
            getattr(getattr(receive, "__self__", None), "transport", None),
        )
        state.keep_in(scope)
        revoked: set[int] | None = set() if scope["type"] == "http" else None
        status = 0

        async def remember(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
                if revoked:
                    app_state(scope).services.revocations.tell(revoked)
            await send(message)

        began = time.perf_counter()
        with ActingFor(RequestOrigin(state.address, request_id, revoked)):
            try:
                if scope["type"] == "websocket":
                    await self.app(scope, receive, send)
                    return
                with span("request", "server") as notes:
                    try:
                        await self.app(scope, receive, remember)
                    finally:
                        notes |= _notes(scope, status, request_id)
            finally:
                _tell(scope, status, time.perf_counter() - began)


def _whole(headers: Headers, name: str) -> str:
    """A header's lines joined into one list (RFC 9110 section 5.3): some proxies add to the
    client's line, others append one of their own."""
    return ",".join(headers.getlist(name))


def _pattern(scope: Scope) -> tuple[str, str]:
    """The method, and the path with its placeholders: few values, whatever clients send."""
    method = scope["method"] if scope["method"] in METHODS else "other"
    return method, getattr(scope.get("route"), "path", "none")


def _path(scope: Scope) -> str:
    """The path as it is logged: that of a link is a secret, also written as no route takes it; and
    so is a key where somebody has put it into an address."""
    before, link, _ = scope["path"].partition("/s/")
    before, key, _ = before.partition(KEY_MARK)
    return f"{before}{key}..." if key else f"{before}/s/..." if link else before


def _notes(scope: Scope, status: int, request_id: str) -> SpanAttributes:
    """What the span of a request says, in the words of OpenTelemetry's HTTP conventions."""
    method, route = _pattern(scope)
    return {
        "name": f"{method} {route}",
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status or 500,
        "chat.request_id": request_id,
    }


def _tell(scope: Scope, status: int, seconds: float) -> None:
    """Log a request or socket that ended, and count a request in the metrics."""
    state = request_state(scope)
    who = {"user_id": state.user_id, "ms": round(seconds * 1000, 1)}
    if scope["type"] == "websocket":
        log.info("socket_closed", path=scope["path"], code=state.close_code, **who)
        return
    log.info("request", method=scope["method"], path=_path(scope), status=status or None, **who)
    method, route = _pattern(scope)
    requests.add(method, route, str(status or 500))
    request_seconds.of(method, route).add(seconds)
