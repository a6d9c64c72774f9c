"""Threads for a disk, or a folder of another machine, that may take its time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

THREADS = 4


class FileThreads:
    """A few threads of their own: what waits for files delays nothing else. Started when first
    wanted."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="files")

    async def run[*A, T](self, work: Callable[[*A], T], *args: *A) -> T:
        """The result of work that may block."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)

    def close(self) -> None:
        """Stop; what waits for a thread is cancelled."""
        self._threads.shutdown(wait=False, cancel_futures=True)
