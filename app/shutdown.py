"""SIGTERM without loss: replies are saved and clients told before the server closes its sockets.

uvicorn closes sockets before it tells the application, so the signal is handled here first and then
passed on to its former handler.
"""

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable
from types import FrameType

from app.logs import log

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class GracefulSignals:
    """Runs `drain` on the first signal, and hands it on afterwards; a second goes straight on.

    uvicorn then waits for every connection, so `cut_off` runs beside it, until `restore`. Of a
    worker a second SIGTERM is no haste: a service manager tells it to all processes of a service,
    and the supervisor tells it to its workers, and says SIGINT where it is told twice.
    """

    def __init__(
        self,
        drain: Callable[[], Awaitable[None]],
        cut_off: Callable[[], Awaitable[None]],
        is_worker: bool = False,
    ) -> None:
        self._drain = drain
        self._cut_off = cut_off
        self._is_worker = is_worker
        self._previous: dict[signal.Signals, Callable[[int, FrameType | None], object]] = {}
        self._task: asyncio.Task[None] | None = None

    def install(self) -> None:
        """Install the handlers; does nothing outside the main thread, where no signals arrive."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            previous = signal.getsignal(number)
            if callable(previous):
                self._previous[number] = previous
                loop.add_signal_handler(number, self._received, number)

    def restore(self) -> None:
        """Restore the former handlers and end what the first signal began."""
        if self._task is not None:
            self._task.cancel()
        loop = asyncio.get_running_loop()
        for number, previous in self._previous.items():
            loop.remove_signal_handler(number)
            signal.signal(number, previous)

    def _received(self, number: signal.Signals) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._drain_then_pass_on(number))
        elif number == signal.SIGINT or not self._is_worker:
            self._previous[number](number, None)

    async def _drain_then_pass_on(self, number: signal.Signals) -> None:
        try:
            await self._drain()
        except Exception:
            log.exception("drain_failed")
        self._previous[number](number, None)
        await self._cut_off()
