"""Under which names the server answers."""

import re
from collections.abc import Awaitable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import InvalidInput
from app.responses import error_response

ANY_HOST = re.compile(r"/metrics|/health/.*")


class AllowedHosts:
    """Refuses requests for other hosts; probes and Prometheus ask by address,
    so `/health/` and `/metrics` always answer.

    `hosts` are names, `*.domain` for all below it, `*` for any.
    """

    def __init__(self, app: ASGIApp, hosts: list[str]) -> None:
        self.app = app
        self._names = {host.lower() for host in hosts if not host.startswith("*")}
        self._suffixes = tuple(host.lower().removeprefix("*") for host in hosts if host[0] == "*")

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "lifespan" or self._allows(scope):
            return self.app(scope, receive, send)
        return error_response(scope, InvalidInput(where="Host"))(scope, receive, send)

    def _allows(self, scope: Scope) -> bool:
        if ANY_HOST.fullmatch(scope["path"]):
            return True
        header = Headers(scope=scope).get("host", "")
        name, colon, port = header.lower().rpartition(":")
        host = name if colon and port.isdigit() else header.lower()
        return host in self._names or host.endswith(self._suffixes)
