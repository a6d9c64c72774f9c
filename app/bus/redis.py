"""The bus of servers on several machines: one channel of a Redis or Valkey.

A process says what it has to say in one PUBLISH, at most each GATHER_SECONDS. Its own messages come
back to it: by that it sees that the way there and back is open, and where nothing comes, it begins
anew. Nothing waits for Redis but the task of this bus.

The only importer of the Redis client, which is an extra.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from hashlib import blake2b
from hmac import compare_digest
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

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
from app.redis_url import RedisPlace

SOCKET_SECONDS = 1.0
"""What an answer of Redis may take. Without such a bound a silent one is waited for for ever."""
GATHER_SECONDS = 0.01
UNSENT_BYTES = 2 * MESSAGE_BYTES
PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
MISSED_SECONDS = 60.0
"""Who was heard and left without a word is missed for so long: it may be cut off from Redis alone,
and still write to the database."""
NAME_BYTES, MAC_BYTES = 16, 16
BEAT, BYE = "beat", "bye"

Identify = Callable[[], Awaitable[bytes]]
"""Reads what tells one installation's database from another's."""


class RedisBus:
    """One process's end of it."""

    gather_seconds = 0.025  # a PUBLISH takes a millisecond of CPU, whatever is in it

    def __init__(self, place: RedisPlace, secret: bytes, identify: Identify) -> None:
        """`secret`: who has it not is not heard, whatever they say in Redis."""
        self.name = secrets.token_hex(NAME_BYTES // 2)
        self.lapses = 0
        self._place = place
        self._secret = blake2b(secret, person=b"bus", digest_size=32).digest()
        self._identify = identify
        self._channel = ""
        self._subscriptions = Subscriptions()
        self._is_connected = False
        self._heard: dict[str, float] = {}
        self._unsent: list[bytes] = []
        self._unsent_bytes = 0
        self._wake = asyncio.Event()
        self._health = HealthNotes()

    @property
    def is_healthy(self) -> bool:
        """Whether Redis answers, and nobody is missed."""
        if not self._is_connected:
            return False
        now = asyncio.get_running_loop().time()
        return all(not SILENCE_SECONDS < now - at < MISSED_SECONDS for at in self._heard.values())

    def peers(self) -> int:
        """How many processes were heard from lately, this one included."""
        since = asyncio.get_running_loop().time() - SILENCE_SECONDS
        return 1 + sum(at > since for at in self._heard.values())

    def hears(self, name: str) -> bool:
        """See `Bus`."""
        since = asyncio.get_running_loop().time() - SILENCE_SECONDS
        return self._is_connected and self._heard.get(name, since) > since

    def seen(self) -> int:
        """See `Bus`. While Redis is away those count that were heard before."""
        return 1 + len(self._heard)

    def subscribe(self, topic: str, deliver: Deliver) -> None:
        """See `Bus`."""
        self._subscriptions.add(topic, deliver)

    def publish(self, topic: str, body: bytes) -> None:
        """See `Bus`."""
        is_much = len(body) > MESSAGE_BYTES or self._unsent_bytes > UNSENT_BYTES
        if is_much or not self._is_connected:
            bus_messages.add("dropped")
            return
        self._unsent.append(frame(topic, body))
        self._unsent_bytes += len(body)
        self._wake.set()

    async def run(self) -> None:
        """Connect, and connect again after a pause, until cancelled."""
        pause = PAUSE_SECONDS
        while True:
            try:
                await self._session()
            except Exception as error:  # the bus goes on, whatever its client raises
                self._health.failed(error)
            if self._is_connected:
                pause = PAUSE_SECONDS
            self._is_connected = False
            self._unsent.clear()
            self._unsent_bytes = 0
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _session(self) -> None:
        """From a connection to its failure."""
        if not self._channel:
            self._channel = _channel(await self._identify(), self._place.database)
        async with client_of(self._place) as client, client.pubsub() as ear:
            await ear.subscribe(self._channel)
            # Whoever does not wait for the answer loses what is said meanwhile.
            async with asyncio.timeout(SILENCE_SECONDS):
                while not await self._is_subscribed(ear):
                    pass
            self._is_connected = True
            self.lapses += 1
            self.publish(HELLO, b"")
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(ear))
                tasks.create_task(self._send(client))
                tasks.create_task(self._beat())

    async def _is_subscribed(self, ear: PubSub) -> bool:
        said = await ear.get_message(timeout=None)
        return said is not None and said["type"] == "subscribe"

    async def _listen(self, ear: PubSub) -> None:
        while True:
            async with asyncio.timeout(SILENCE_SECONDS):
                said = await ear.get_message(ignore_subscribe_messages=True, timeout=None)
            if said is not None and said["type"] == "message":
                self._take(said["data"])

    def _take(self, data: bytes) -> None:
        sender = data[:NAME_BYTES]
        if sender == self.name.encode():
            return
        body = data[NAME_BYTES + MAC_BYTES :]
        if not compare_digest(data[NAME_BYTES : NAME_BYTES + MAC_BYTES], self._mac(sender, body)):
            bus_messages.add("dropped")
            return
        name = sender.decode()
        with suppress(BrokenStream):
            for topic, said in Frames(MESSAGE_BYTES).feed(body):
                if topic == BYE:
                    self._heard.pop(name, None)
                    return
                if topic == HELLO:
                    self.lapses += 1
                elif topic != BEAT:
                    self._subscriptions.deliver(topic, name, said)
        self._heard[name] = asyncio.get_running_loop().time()

    def _mac(self, sender: bytes, body: bytes) -> bytes:
        return blake2b(sender + body, key=self._secret, digest_size=MAC_BYTES).digest()

    async def _send(self, client: Redis) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._unsent:
                await self._say(client)
                await asyncio.sleep(GATHER_SECONDS)

    async def _say(self, client: Redis) -> None:
        """Everything that waits, as far as one message takes it."""
        size, count = 0, 0
        for each in self._unsent:
            if count and size + len(each) > MESSAGE_BYTES:
                break
            size, count = size + len(each), count + 1
        body = b"".join(self._unsent[:count])
        del self._unsent[:count]
        self._unsent_bytes = sum(map(len, self._unsent))
        sender = self.name.encode()
        await client.publish(self._channel, sender + self._mac(sender, body) + body)
        bus_messages.add("sent", by=count)
        bus_bytes.add("sent", by=len(body))

    async def _beat(self) -> None:
        while True:
            self.publish(BEAT, b"")
            now = asyncio.get_running_loop().time()
            self._heard = {n: at for n, at in self._heard.items() if now - at < MISSED_SECONDS}
            self._health.note(self.is_healthy)
            await asyncio.sleep(BEAT_SECONDS)

    async def close(self) -> None:
        """Say what was not said yet, and goodbye, so that nobody is missed."""
        if not self._channel:
            return
        self._unsent.append(frame(BYE, b""))
        with suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(SOCKET_SECONDS), client_of(self._place) as client:
                while self._unsent:
                    await self._say(client)


def _channel(identity: bytes, database: int) -> str:
    """Channels are common to all databases of a Redis, and to all that use it."""
    told = blake2b(identity, person=b"channel", salt=database.to_bytes(8), digest_size=12)
    return f"chat-backend:{told.hexdigest()}"


@asynccontextmanager
async def client_of(place: RedisPlace) -> AsyncIterator[Redis]:
    """A client that waits for no answer longer than SOCKET_SECONDS, and tries nothing again."""
    options: dict[str, Any] = {
        "socket_timeout": SOCKET_SECONDS,
        "socket_connect_timeout": SOCKET_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "driver_info": None,  # it would read files to tell Redis who asks
    }
    if not place.sentinels:
        clients = [Redis.from_url(place.url, **options)]
    else:
        theirs = options | {"password": place.sentinel_password}
        sentinels = Sentinel(place.sentinels, sentinel_kwargs=theirs, **options)  # type: ignore[no-untyped-call]
        who: dict[str, Any] = {"username": place.username, "password": place.password}
        master = sentinels.master_for(place.service, db=place.database, **who)
        clients = [master, *sentinels.sentinels]
    try:
        yield clients[0]
    finally:
        for client in clients:
            with suppress(RedisError, OSError, TimeoutError):
                await client.aclose()
