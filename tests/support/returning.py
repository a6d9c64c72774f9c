"""A client of the socket that comes back with its place whenever its connection ends."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from tests.support.server import ChatSocket

Opened = Callable[[str | None], AbstractAsyncContextManager[ChatSocket]]
"""Opens a socket of the conversation at some server, with a cursor."""


@dataclass
class Reader:
    """Who reads one reply to its end. With a `content` it is sent first, under one `client_id`
    until it is acknowledged; without one, `cursor` says of which reply."""

    content: str = ""
    cursor: str | None = None
    text: str = ""
    has_begun: asyncio.Event = field(default_factory=asyncio.Event)
    ending: dict[str, Any] = field(default_factory=dict)
    client_id: str = field(default_factory=lambda: secrets.token_hex(8))

    async def read(self, opened: Opened) -> None:
        """Read to the end, however many connections that takes."""
        while not self.ending:
            with suppress(ConnectionClosed, InvalidHandshake, InvalidMessage, OSError):
                async with opened(self.cursor) as socket:
                    if self.content and self.cursor is None:
                        await socket.send(
                            type="message", content=self.content, client_id=self.client_id
                        )
                    while not self.ending and self._go_on(await socket.receive()):
                        pass

    def _go_on(self, event: dict[str, Any]) -> bool:
        """Take an event; whether to stay at this server."""
        if event["type"] == "start" and not event.get("resumed"):
            self.text, self.cursor = "", f"{event['message']['id']}.0.0"
            self.has_begun.set()
        elif event["type"] == "chunk":
            self.text += event["content"]
        elif event.get("code") == "server_restarting":
            return False
        elif event["type"] in ("done", "error"):
            self.ending = event
        self.cursor = event.get("id", self.cursor)
        return True
