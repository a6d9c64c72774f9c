"""FORCE_HTTPS: nothing but health checks is answered over plain http."""

from collections.abc import Awaitable

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.connections.request import request_state
from app.errors import HttpsRequired
from app.middleware.hosts import ANY_HOST
from app.responses import error_response, is_page_request


class ForceHttps:
    """Redirects pages to https and refuses all other requests.

    A request with a token has exposed it already; a redirect would hide that. `hosts` are
    `ALLOWED_HOSTS`, checked before; where any host is allowed, nothing is redirected.
    """

    def __init__(self, app: ASGIApp, hosts: list[str]) -> None:
        self.app = app
        self._redirects = "*" not in hosts

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "lifespan" or scope["path"].startswith("/health/"):
            return self.app(scope, receive, send)
        if request_state(scope).encrypted:
            return self.app(scope, receive, send)
        return self._elsewhere(scope)(scope, receive, send)

    def _elsewhere(self, scope: Scope) -> Response:
        headers = Headers(scope=scope)
        if not (self._redirects and is_page_request(scope)) or ANY_HOST.fullmatch(scope["path"]):
            return error_response(scope, HttpsRequired())
        host = headers["host"].rpartition(":")[0] or headers["host"]
        query = scope["query_string"].decode("latin-1")
        path = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        return RedirectResponse(f"https://{host}{path}", status_code=308)
