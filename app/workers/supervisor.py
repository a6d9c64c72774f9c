"""Starts the workers, starts again those that end, and ends them all when it is told to.

It serves nothing and runs no event loop: it waits, and forks a worker in the time that loading the
app would take many times over. Signals of its own come as bytes of a socket (signal.set_wakeup_fd).
"""

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.logs import log
from app.workers.child import SIGNALS, cause_of, forked
from app.workers.lives import Lives
from app.workers.place import WorkerPlace

Serve = Callable[[list[socket.socket], Callable[[], None]], None]
"""Serves on these sockets until it is told to stop; calls the function once it does."""
READY = b"r"


class WorkersFailed(Exception):
    """The workers cannot serve; why stands in the log."""


@dataclass(slots=True)
class Worker:
    """A process, and by `signs` what it says: one byte once it serves."""

    place: WorkerPlace
    pid: int
    signs: int
    began_at: float = field(default_factory=time.monotonic)
    is_ready: bool = False


class WorkerSupervisor:
    """Keeps `count` workers running. What `serve` gets are sockets of its own, by `listening`."""

    def __init__(
        self,
        folder: Path,
        count: int,
        listening: Callable[[], list[socket.socket]],
        serve: Serve,
        stop_seconds: float,
    ) -> None:
        self._folder = folder
        self._count = count
        self._listening = listening
        self._serve = serve
        self._stop_seconds = stop_seconds
        self._lives = [Lives() for _ in range(count)]
        self._workers: dict[int, Worker] = {}
        self._due: dict[int, float] = {}
        self._all_served = self._failed = self._is_stopping = False
        self._kill_at: float | None = None
        self._selector = selectors.DefaultSelector()

    def run(self, on_ready: Callable[[], None]) -> None:
        """Until SIGTERM, SIGINT or SIGHUP, and then until all are gone. `on_ready`: all serve.

        Raises WorkersFailed when they do not come as far as that, or do not any more.
        """
        with self._signals() as inbox:
            self._selector.register(inbox, selectors.EVENT_READ)
            for index in range(self._count):
                self._start(index)
            while self._workers or self._due:
                for key, _ in self._selector.select(self._patience()):
                    if key.fileobj is inbox:
                        self._told(inbox.recv(4096))
                    else:
                        self._seen(self._workers[key.data], on_ready)
                self._bury()
                self._go_on()
        if self._failed:
            raise WorkersFailed

    @contextmanager
    def _signals(self) -> Iterator[socket.socket]:
        inbox, outbox = socket.socketpair()
        inbox.setblocking(False)
        outbox.setblocking(False)
        before = {number: signal.getsignal(number) for number in SIGNALS}
        for number, handler in before.items():
            if handler is not signal.SIG_IGN or number is signal.SIGCHLD:
                signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(outbox.fileno(), warn_on_full_buffer=False)
        try:
            with inbox, outbox:
                yield inbox
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._selector.close()

    def _start(self, index: int) -> None:
        place = WorkerPlace(self._folder, index, self._count, self._lives[index].begin())
        sockets = self._listening()
        reader, writer = os.pipe()

        def work() -> int:
            os.environ.update(place.environment)
            self._selector.close()
            for signs in (reader, *(worker.signs for worker in self._workers.values())):
                os.close(signs)
            served = False

            def ready() -> None:
                nonlocal served
                served = True
                os.write(writer, READY)

            self._serve(sockets, ready)
            return 0 if served else 1

        pid = forked(work)
        os.close(writer)
        for opened in sockets:
            opened.close()
        self._workers[pid] = Worker(place, pid, reader)
        self._selector.register(reader, selectors.EVENT_READ, pid)

    def _patience(self) -> float | None:
        times = list(self._due.values())
        if self._kill_at is not None:
            times.append(self._kill_at)
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _told(self, numbers: bytes) -> None:
        for number in numbers:
            if number != signal.SIGCHLD:
                self._stop()

    def _stop(self) -> None:
        """Have all drain; told so again, they are to hurry."""
        self._due.clear()
        if self._is_stopping:
            self._signal(signal.SIGINT)
            return
        self._is_stopping = True
        self._kill_at = time.monotonic() + self._stop_seconds
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._workers:
            os.kill(pid, number)  # not buried yet, so nobody else's

    def _seen(self, worker: Worker, on_ready: Callable[[], None]) -> None:
        self._selector.unregister(worker.signs)
        worker.is_ready = os.read(worker.signs, 1) == READY
        if not worker.is_ready:
            return  # it has ended, or is about to
        ready = [each for each in self._workers.values() if each.is_ready]
        if not self._all_served and len(ready) == self._count:
            self._all_served = True
            on_ready()

    def _bury(self) -> None:
        for pid in list(self._workers):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._lost(self._workers.pop(pid), cause_of(status))

    def _lost(self, worker: Worker, cause: str) -> None:
        with suppress(KeyError):
            self._selector.unregister(worker.signs)
        was_ready = worker.is_ready or os.read(worker.signs, 1) == READY
        os.close(worker.signs)
        if self._is_stopping:
            return
        lived = time.monotonic() - worker.began_at
        index = worker.place.index
        pause = self._lives[index].ended(lived, was_ready)
        self._due[index] = time.monotonic() + pause
        log.warning("worker_ended", worker=index, pid=worker.pid, cause=cause, again_in=pause)
        if not (self._all_served or was_ready) or self._is_hopeless():
            log.error("workers_given_up")
            self._failed = True
            self._stop()

    def _is_hopeless(self) -> bool:
        nobody_serves = not any(worker.is_ready for worker in self._workers.values())
        return nobody_serves and all(lives.is_hopeless for lives in self._lives)

    def _go_on(self) -> None:
        now = time.monotonic()
        for index, at in list(self._due.items()):
            if at <= now:
                del self._due[index]
                self._start(index)
        if self._kill_at is not None and self._kill_at <= now:
            self._kill_at = None
            log.error("workers_killed", workers=len(self._workers))
            self._signal(signal.SIGKILL)
