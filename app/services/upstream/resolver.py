"""Looks names up as the system does, so that slow name servers delay only their own callers.

`getaddrinfo` blocks, cannot be cancelled, and takes half a minute when a name server is silent; but
it alone reads `/etc/hosts`, search domains and the rest like every other program on the machine.
"""

import asyncio
import ipaddress
import socket
import threading
from contextlib import suppress
from contextvars import ContextVar
from weakref import WeakValueDictionary

from app.utils.client_address import IpAddress

LOOKUPS = 64
LOOKUPS_PER_USER = 4

Lookup = list[IpAddress] | Exception

_user: ContextVar[int] = ContextVar("user", default=0)


def look_up_for(user_id: int) -> None:
    """Set the user for whom this task looks up names from now on."""
    _user.set(user_id)


class Resolver:
    """`getaddrinfo` in threads, limited in all and for each user.

    Simultaneous lookups of one name are one lookup. The exit of the process waits for no thread.
    """

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(LOOKUPS)
        self._rooms: WeakValueDictionary[int, asyncio.Semaphore] = WeakValueDictionary()
        self._running: dict[str, asyncio.Future[Lookup]] = {}

    async def addresses(self, host: str) -> list[IpAddress]:
        """The addresses of a host, in the system's order; raises what `getaddrinfo` raises."""
        running = self._running.get(host) or await self._begun(host)
        answer = await asyncio.shield(running)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _begun(self, host: str) -> asyncio.Future[Lookup]:
        """Wait for room, which can be cancelled, then look up, which cannot."""
        own = self._rooms.setdefault(_user.get(), asyncio.Semaphore(LOOKUPS_PER_USER))
        await own.acquire()
        try:
            await self._room.acquire()
        except BaseException:
            own.release()
            raise

        def leave(_: object = None) -> None:
            self._room.release()
            own.release()

        if host in self._running:  # another caller began the same lookup meanwhile
            leave()
            return self._running[host]
        loop = asyncio.get_running_loop()
        running: asyncio.Future[Lookup] = loop.create_future()
        try:
            threading.Thread(target=_look_up, args=(host, running, loop), daemon=True).start()
        except RuntimeError:  # the system has no more threads
            leave()
            raise
        self._running[host] = running
        running.add_done_callback(leave)
        running.add_done_callback(lambda _: self._running.pop(host))
        return running


def _look_up(host: str, running: asyncio.Future[Lookup], loop: asyncio.AbstractEventLoop) -> None:
    answer: Lookup
    try:
        rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        answer = list(dict.fromkeys(ipaddress.ip_address(row[4][0]) for row in rows))
    except Exception as error:
        answer = error
    with suppress(RuntimeError):  # the process has ended meanwhile
        loop.call_soon_threadsafe(running.set_result, answer)
