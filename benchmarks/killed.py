"""Whether the floor keeps what it says: it is killed in the middle of its work, and counted."""

import asyncio
import os
import signal
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.client import ChatSocket, open_sockets
from benchmarks.figures import at_most
from benchmarks.lab import INTERVAL_SECONDS, Lab
from benchmarks.servers import floor
from benchmarks.upstream import Script

TOKENS = 20
LIVE_SECONDS = 2.5
SAVED_SECONDS = 1.0
"""Text that readers had so long before the kill is in the file: five ticks of the floor's clock."""
MESSAGE = "SELECT content, status FROM message WHERE id = ?"
TEXT = """
    SELECT content FROM generation_piece JOIN generation ON generation.id = generation_id
    WHERE message_id = ? ORDER BY position
"""


@dataclass
class Told:
    """What clients were told: messages that were taken; the text of ended replies, and of others
    as far as it came early enough to be saved."""

    messages: set[int] = field(default_factory=set)
    ended: dict[int, str] = field(default_factory=dict)
    begun: dict[int, str] = field(default_factory=dict)

    def note(self, socket: ChatSocket, saved_until: float) -> None:
        """Add the events of a socket's last turn."""
        text = early = ""
        for when, event in socket.events():
            if event["type"] == "start":
                start: dict[str, dict[str, int]] = event  # type: ignore[assignment]
                reply = start["message"]["id"]
                self.messages.add(start["user_message"]["id"])
            elif event["type"] == "chunk":
                text += event["content"]
                early = text if when < saved_until else early
            elif event["type"] == "done":
                self.ended[reply] = text
                return
        if text:
            self.begun[reply] = early


async def killed_floor(lab: Lab) -> None:
    """Kill the floor while many talk to it; what it had acknowledged is in its file."""
    lab.upstream.play(Script(TOKENS, INTERVAL_SECONDS))
    folder, told = lab.place(), Told()
    loop = asyncio.get_running_loop()
    async with floor(lab.upstream.url, folder) as server:
        sockets = await open_sockets(server.process.port, await server.paths(lab.sizes.streams))
        seconds = min(LIVE_SECONDS, lab.sizes.seconds + SAVED_SECONDS)
        killed_at = loop.time() + seconds

        async def talk(socket: ChatSocket) -> None:
            while not socket.closed:
                socket.say()
                await socket.ended
                told.note(socket, killed_at - SAVED_SECONDS)

        talking = asyncio.gather(*map(talk, sockets))
        await asyncio.sleep(seconds)
        os.kill(server.process.pid, signal.SIGKILL)
        await talking
    lost, many = missing(folder / "floor.db", told)
    what = f"floor, killed once: lost of {many} messages and replies that it had acknowledged"
    lab.note(what, lost, "", at_most(0))


def missing(file: Path, told: Told) -> tuple[int, int]:
    """How many of what was told are not in the file as they were told, and how many were told."""
    with closing(sqlite3.connect(file)) as kept:
        lost = sum(kept.execute(MESSAGE, (id,)).fetchone() is None for id in told.messages)
        for id, text in told.ended.items():
            lost += kept.execute(MESSAGE, (id,)).fetchone() != (text, "complete")
        for id, text in told.begun.items():
            saved = "".join(piece for (piece,) in kept.execute(TEXT, (id,)))
            content = (kept.execute(MESSAGE, (id,)).fetchone() or ("",))[0]
            lost += not (content or saved).startswith(text)
    return lost, len(told.messages) + len(told.ended) + len(told.begun)
