"""Answers unexpected exceptions, and requests that outlast the server."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.connections.open import OpenConnections
from app.connections.request import request_state
from app.connections.transport import cut
from app.errors import AppError, ServerRestarting
from app.logs import log
from app.middleware.layer import Answer, HttpLayer
from app.responses import error_response


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

    A request whose answer has begun is cut. Once the server is to end, each answer says that its
    connection does: a client that sent another request while it is closed could not know whether
    that was taken (RFC 9112 §9.6).
    """

    def __init__(self, app: ASGIApp, connections: OpenConnections) -> None:
        super().__init__(app)
        self._connections = connections

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_farewell(message: Message) -> None:
            if self._connections.are_ending and message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        answer = Answer(with_farewell)
        limit = None
        try:
            async with self._connections.requests.limited() as limit:
                await self.app(scope, receive, answer)
        except TimeoutError:
            if limit is None or not limit.expired():
                raise
            await self._end(scope, receive, answer)

    async def _end(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        if not answer.has_begun:
            await error_response(scope, ServerRestarting())(scope, receive, answer)
        elif (transport := request_state(scope).transport) is not None:
            cut(transport)
