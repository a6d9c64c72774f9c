"""The budget of requests per minute."""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.connections.request import request_state
from app.errors import AppError, InvalidToken
from app.middleware.layer import HttpLayer
from app.ratelimit import RateLimits
from app.responses import error_response, note
from app.routers.web_page import ADDRESSES
from app.state import app_state
from app.utils.tokens import read_access_token

PAGES = "|".join(re.sub(r"{\w+}", "[^/]+", address) for address in ADDRESSES)
UNCOUNTED = re.compile(
    rf"{PAGES}|/(health/\w+|metrics|auth/options|docs(/assets/[\w.-]+)?|openapi\.json|assets/.+"
    r"|ws/.+|v1(/.*)?|conversations/\d+/stop|auth/oidc/[^/]+/logout)",
    re.DOTALL,
)
"""Sockets are counted where their token is checked, message by message; programs where their key
is, and logouts of providers where they are refused."""
FILES = re.compile(r"/attachments/\d+(/(thumbnail|text))?|/auth/me/avatar|/admin/users/\d+/avatar")
"""A thread with many pictures reads as many files, and a list of people theirs: those have a budget
of their own."""
SHARED = re.compile(r"/s/[^/]+(/attachments/[^/]+)?")
"""So has what a link shows."""
SEARCH = "/search"
"""Asked for at every pause of somebody who writes: so has this."""


class RateLimit(HttpLayer):
    """One budget a minute: of the user when the token is valid, else of the address."""

    def __init__(self, app: ASGIApp, limits: RateLimits) -> None:
        super().__init__(app)
        self._limits = limits

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._uncounted(scope):
            await self.app(scope, receive, send)
            return
        try:
            self._hit(scope)
        except AppError as error:
            note(scope, error)
            await error_response(scope, error)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _hit(self, scope: Scope) -> None:
        who = self._who(scope)
        is_read = scope["method"] in ("GET", "HEAD")
        if scope["method"] == "GET" and FILES.fullmatch(scope["path"]):
            self._limits.hit_file(who)
        elif is_read and SHARED.fullmatch(scope["path"]):
            self._limits.hit_file(who)
        elif scope["method"] == "GET" and scope["path"] == SEARCH:
            self._limits.hit_search(who)
        else:
            self._limits.hit(who)

    def _uncounted(self, scope: Scope) -> bool:
        return UNCOUNTED.fullmatch(scope["path"]) is not None

    def _who(self, scope: Scope) -> str:
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            try:
                secret = app_state(scope).settings.secret_key.get_secret_value()
                claims = read_access_token(secret, token.strip())  # as FastAPI reads it
            except InvalidToken:
                pass
            else:
                request_state(scope).user_id = claims.user_id
                request_state(scope).claims = claims
                return self._limits.payer(claims, request_state(scope).address)
        return self._limits.stranger(request_state(scope).address)
