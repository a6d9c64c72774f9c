"""What layers are made of."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HttpLayer(ABC):
    """A layer around requests that passes sockets through without a coroutine of its own, which
    would live as long as the socket."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        layer = self.handle if scope["type"] == "http" else self.app
        return layer(scope, receive, send)

    @abstractmethod
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What the layer does with a request."""


class Answer:
    """A `send` that records whether the answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        self.has_begun = True
        await self._send(message)
