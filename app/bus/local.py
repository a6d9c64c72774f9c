"""The bus of the workers of one `serve`: each listens at a Unix socket in their common folder, and
writes to the sockets of the others.

A connection carries one direction. What one says is written to each other at the end of the turn of
the event loop, together; to one that does not read, nothing is written beyond BEHIND_BYTES.
"""

import asyncio
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Self, cast

from app.bus.base import (
    BEAT_SECONDS,
    HELLO,
    MESSAGE_BYTES,
    SILENCE_SECONDS,
    Deliver,
    Subscriptions,
)
from app.bus.frames import BrokenStream, Frames, frame
from app.bus.health import HealthNotes
from app.metrics import bus_bytes, bus_messages

BEHIND_BYTES = 2 * MESSAGE_BYTES
PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
BEAT = "beat"


class LocalBus:
    """One worker's end of it. `index` is its place among the `count` of them."""

    gather_seconds = 0.02

    def __init__(self, folder: Path, index: int, count: int) -> None:
        self.name = secrets.token_hex(8)
        self.lapses = 0
        self._folder = folder
        self._index = index
        self._others = [other for other in range(count) if other != index]
        self._subscriptions = Subscriptions()
        self._out: dict[int, asyncio.WriteTransport] = {}
        self._in: set[FromPeer] = set()
        self._unsent: list[bytes] = []
        self._unsent_bytes = 0
        self._health = HealthNotes()
        self._server: asyncio.Server | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """As the supervisor of the workers has said it in the environment."""
        folder = Path(environment["WORKERS_FOLDER"])
        return cls(folder, int(environment["WORKER_INDEX"]), int(environment["WORKER_COUNT"]))

    @property
    def is_healthy(self) -> bool:
        """Whether all other workers are heard, and can be told."""
        return len(self._out) == len(self._others) == self.peers() - 1

    def peers(self) -> int:
        """How many workers were heard from lately, this one included."""
        since = asyncio.get_running_loop().time() - SILENCE_SECONDS
        return 1 + len({each.sender for each in self._in if each.sender and each.heard_at > since})

    def hears(self, name: str) -> bool:
        """See `Bus`."""
        since = asyncio.get_running_loop().time() - SILENCE_SECONDS
        return any(each.sender == name and each.heard_at > since for each in self._in)

    def seen(self) -> int:
        """All workers of the server, whether or not they are heard."""
        return 1 + len(self._others)

    def subscribe(self, topic: str, deliver: Deliver) -> None:
        """See `Bus`."""
        self._subscriptions.add(topic, deliver)

    def publish(self, topic: str, body: bytes) -> None:
        """See `Bus`."""
        is_much = len(body) > MESSAGE_BYTES or self._unsent_bytes > BEHIND_BYTES
        if is_much or not self._out:
            bus_messages.add("dropped")
            return
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent.append(frame(topic, body))
        self._unsent_bytes += len(body)
        bus_messages.add("sent")
        bus_bytes.add("sent", by=len(body))

    def _flush(self) -> None:
        data = b"".join(self._unsent)
        self._unsent.clear()
        self._unsent_bytes = 0
        for transport in self._out.values():
            if transport.is_closing() or transport.get_write_buffer_size() > BEHIND_BYTES:
                bus_messages.add("dropped")
            else:
                transport.write(data)

    async def run(self) -> None:
        """Listen, connect to the others, and tell them that this one is there; until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            for other in self._others:
                tasks.create_task(self._reach(other))
            tasks.create_task(self._beat())

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        pause = PAUSE_SECONDS
        while self._server is None:
            try:
                ear = await asyncio.to_thread(_bound, self._path(self._index))
                self._server = await loop.create_unix_server(lambda: FromPeer(self), sock=ear)
            except Exception as error:  # the bus goes on, whatever fails
                self._health.failed(error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _reach(self, other: int) -> None:
        loop = asyncio.get_running_loop()
        pause = PAUSE_SECONDS
        while True:
            try:
                path = str(self._path(other))
                transport, lost = await loop.create_unix_connection(ToPeer, path)
                transport.write(frame(HELLO, self.name.encode()))
                self._out[other] = transport
                pause = PAUSE_SECONDS
                try:
                    await lost.lost
                finally:
                    del self._out[other]
                    transport.abort()
            except OSError:
                pass  # it is not there, or was only just
            except Exception as error:  # the bus goes on, whatever fails
                self._health.failed(error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _beat(self) -> None:
        while True:
            self.publish(BEAT, b"")
            self._health.note(self.is_healthy)
            await asyncio.sleep(BEAT_SECONDS)

    def _path(self, index: int) -> Path:
        return self._folder / f"{index}.sock"

    async def close(self) -> None:
        """Leave; its socket goes with it."""
        for transport in [*self._out.values(), *(each.transport for each in self._in)]:
            transport.abort()
        if self._server is not None:
            self._server.close()
            self._server = None
            await asyncio.to_thread(self._path(self._index).unlink, missing_ok=True)

    def joined(self, incoming: "FromPeer") -> None:
        """Another one has connected."""
        self._in.add(incoming)

    def left(self, incoming: "FromPeer") -> None:
        """Its connection is gone."""
        self._in.discard(incoming)

    def heard(self, topic: str, sender: str, body: bytes) -> None:
        """Another one has said something."""
        if topic == HELLO:
            self.lapses += 1
        elif topic != BEAT:
            self._subscriptions.deliver(topic, sender, body)


class FromPeer(asyncio.Protocol):
    """What one other worker says. Its first frame is its name."""

    transport: asyncio.Transport

    def __init__(self, bus: LocalBus) -> None:
        self._bus = bus
        self._frames = Frames(MESSAGE_BYTES)
        self.sender = ""
        self.heard_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._bus.joined(self)

    def data_received(self, data: bytes) -> None:
        self.heard_at = asyncio.get_running_loop().time()
        try:
            for topic, body in self._frames.feed(data):
                if self.sender:
                    self._bus.heard(topic, self.sender, body)
                elif topic == HELLO:
                    self.sender = body.decode()
                    self._bus.heard(topic, self.sender, body)
                else:
                    raise BrokenStream
        except (BrokenStream, UnicodeDecodeError):
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._bus.left(self)


class ToPeer(asyncio.Protocol):
    """What is said to one other worker; nothing comes back. `lost` is done when it is gone."""

    def __init__(self) -> None:
        self.lost = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)


def _bound(path: Path) -> socket.socket:
    """A socket that listens in the place of the one of whoever had this index before."""
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)
        ear.bind(str(path))
        ear.setblocking(False)
    except OSError:
        ear.close()
        raise
    return ear
