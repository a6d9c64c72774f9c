"""Passwords hashed and checked beside the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from app.errors import PasswordTooCommon, ServerBusy
from app.utils.common_passwords import is_common
from app.utils.security import (
    bare_hash,
    hash_password,
    is_hash,
    rounds_of,
    unmatched_hash,
    verify_password,
)

HASH_THREADS = 2
HASH_QUEUE = 64
"""Logins that may wait for a thread; at ~200 ms each, more would only time out."""


class PasswordThreads:
    """bcrypt in a few threads with a short queue, so that a login storm delays nothing else.

    `rounds`: what a hash costs. Every awaited method raises ServerBusy when too many wait already.
    """

    def __init__(self, rounds: int) -> None:
        self._rounds = self._most_rounds = rounds
        self._nobody = unmatched_hash(rounds)
        self._threads = ThreadPoolExecutor(HASH_THREADS, thread_name_prefix="bcrypt")
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """The hash of a new password; PasswordTooCommon for one that everybody tries first."""
        return await self._run(_hash_uncommon, password, self._rounds)

    async def hash_again(self, password: str) -> str:
        """Another hash of a password that is in use, however common it is."""
        return await self._run(hash_password, password, self._rounds)

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether this is the password. False, in the same time, without a hash or with a broken
        one.

        False takes the time of the costliest hash seen, as one made before `rounds` changed.
        """
        bare = bare_hash(password_hash or "")
        known = bare if is_hash(bare) else self._nobody
        self._most_rounds = max(self._most_rounds, rounds_of(known))
        return await self._run(verify_password, password, known, self._most_rounds)

    def is_outdated(self, password_hash: str) -> bool:
        """Whether a hash was made with other rounds than are set now."""
        return rounds_of(bare_hash(password_hash)) != self._rounds

    async def _run[T](self, work: Callable[..., T], *args: object) -> T:
        if self._waiting >= HASH_QUEUE:
            raise ServerBusy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Stop the threads; work that waits for one is cancelled."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _hash_uncommon(password: str, rounds: int) -> str:
    if is_common(password):
        raise PasswordTooCommon
    return hash_password(password, rounds)
