"""Answers unexpected exceptions, and requests that outlast the server."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.connections.request import request_state
from app.connections.transport import cut
from app.errors import AppError, ServerRestarting
from app.logs import log
from app.middleware.layer import Answer, HttpLayer
from app.responses import error_response
from app.time_limits import TimeLimits


class Faults(HttpLayer):
    """Answers an unexpected exception like any other failure, inside the layers that add headers.

    An answer that has begun is broken off; the server then logs the exception.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = Answer(send)
        try:
            await self.app(scope, receive, answer)
        except Exception:
            if answer.has_begun:
                raise
            log.exception("request_failed")
            await error_response(scope, AppError())(scope, receive, send)


class EndWithServer(HttpLayer):
    """Answers requests that outlast the server's end with ServerRestarting.

    A request whose answer has begun is cut. `requests` has no limit until the shutdown.
    """

    def __init__(self, app: ASGIApp, requests: TimeLimits) -> None:
        super().__init__(app)
        self._requests = requests

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = Answer(send)
        limit = None
        try:
            async with self._requests.limited() as limit:
                await self.app(scope, receive, answer)
        except TimeoutError:
            if limit is None or not limit.expired():
                raise
            await self._end(answer.has_begun, scope, receive, send)

    async def _end(self, answered: bool, scope: Scope, receive: Receive, send: Send) -> None:
        if not answered:
            response = error_response(scope, ServerRestarting())
            response.headers["Connection"] = "close"  # its body may still be on the way
            await response(scope, receive, send)
        elif (transport := request_state(scope).transport) is not None:
            cut(transport)
