"""Readers that remember what they were shown, and when."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.support.patience import PATIENCE_SECONDS
from tests.support.server import Person

REPLY = "You said: {}"
"""What the scripted model answers."""


@dataclass
class Shown:
    """One message, and what a reader saw of its reply."""

    conversation: int
    content: str
    acknowledged: bool = False
    text: str = ""
    marks: list[tuple[float, int]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def take(self, event: dict[str, Any]) -> None:
        """Remember an event, and when which length of the text was reached."""
        self.events.append(event)
        if event["type"] == "start":
            self.acknowledged = True
        elif event["type"] == "chunk":
            self.text += event["content"]
            self.marks.append((asyncio.get_running_loop().time(), len(self.text)))

    def lost_seconds(self, kept: int, killed_at: float) -> float:
        """How long before the kill the first text was shown that was not kept."""
        lost = [killed_at - at for at, length in self.marks if length > kept and at <= killed_at]
        return max(lost, default=0.0)

    @property
    def longest_pause(self) -> float:
        """How long the reader waited for the next piece of the text at worst, in seconds."""
        return max((after - before for (before, _), (after, _) in pairwise(self.marks)), default=0)


async def watch(person: Person, shown: Shown) -> None:
    """Send the message and read until the reply or the connection ends."""
    with suppress(ConnectionClosed, InvalidHandshake, OSError):
        async with person.socket(shown.conversation) as socket:
            await socket.send(type="message", content=shown.content)
            while not shown.events or shown.events[-1]["type"] not in ("done", "error"):
                shown.take(await socket.receive())


async def eventually(
    holds: Callable[[], Awaitable[bool]], seconds: float = PATIENCE_SECONDS
) -> float:
    """Wait until something holds, TimeoutError after `seconds`; how long that took, in seconds, a
    tenth too long at most: to look more often would cost more than what is waited for.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.timeout(seconds):
        while True:
            if await holds():
                return loop.time() - began
            await asyncio.sleep(min(max(0.02, (loop.time() - began) / 10), 0.25))
