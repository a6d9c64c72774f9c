"""Pages of any origin may use the API for programs: what opens it is a key, never a cookie."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from app.middleware.layer import HttpLayer
from app.responses import is_program_request

EXPOSED = ", ".join(
    (
        "x-request-id",
        "retry-after",
        "x-should-retry",
        "x-ratelimit-limit-requests",
        "x-ratelimit-remaining-requests",
        "x-ratelimit-reset-requests",
    )
)
PREFLIGHT_SECONDS = "600"


class ProgramOrigins(HttpLayer):
    """Answers CORS for `/v1` (Fetch, section 3.2): every origin, every header, no credentials."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_program_request(scope):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            asked = headers.get("access-control-request-headers", "")
            allowed = {
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
                "Access-Control-Allow-Headers": asked,
                "Access-Control-Max-Age": PREFLIGHT_SECONDS,
                "Vary": "Access-Control-Request-Headers",
            }
            await Response(status_code=204, headers=allowed)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                answered["Access-Control-Allow-Origin"] = "*"
                answered["Access-Control-Expose-Headers"] = EXPOSED
            await send(message)

        # The layer inside is for origins that are listed, and for everything else.
        inner = {**scope, "headers": [each for each in scope["headers"] if each[0] != b"origin"]}
        await self.app(inner, receive, with_headers)
