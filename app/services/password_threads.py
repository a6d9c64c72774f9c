"""Passwords hashed and checked beside the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from app.errors import PasswordTooCommon, ServerBusy
from app.utils.common_passwords import is_common
from app.utils.security import hash_password, unmatched_hash, verify_password

HASH_THREADS = 2
HASH_QUEUE = 64
"""Logins that may wait for a thread; at ~200 ms each, more would only time out."""


class PasswordThreads:
    """bcrypt in a few threads with a short queue, so that a login storm delays nobody else.

    Both verbs raise ServerBusy when too many wait already.
    """

    def __init__(self, rounds: int) -> None:
        self._rounds = rounds
        self._nobody = unmatched_hash(rounds)
        self._threads = ThreadPoolExecutor(HASH_THREADS, thread_name_prefix="bcrypt")
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """The hash of a new password; PasswordTooCommon for one that everybody tries first."""
        return await self._run(_hash_uncommon, password, self._rounds)

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether this is the password; without a hash, no, after the same time."""
        return await self._run(verify_password, password, password_hash or self._nobody)

    async def _run[T](self, work: Callable[..., T], *args: object) -> T:
        if self._waiting >= HASH_QUEUE:
            raise ServerBusy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _hash_uncommon(password: str, rounds: int) -> str:
    if is_common(password):
        raise PasswordTooCommon
    return hash_password(password, rounds)
