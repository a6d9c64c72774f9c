"""`chat-backend serve --workers N`: what happens once, before and around the workers."""

import asyncio
import gc
import importlib
import os
import socket
from collections.abc import Callable
from functools import partial

from app.cli.configuration import with_secrets
from app.cli.failure import fail
from app.cli.listening import beside
from app.cli.server import LAST_RESORT_SECONDS, serve_on
from app.config import Settings
from app.engines.sole_user import SoleUser
from app.logs import configure_logs
from app.numbers import Numbers
from app.services.container import end_left_behind
from app.workers.child import forked
from app.workers.folder import workers_folder
from app.workers.kept import keep
from app.workers.place import WorkerPlace
from app.workers.supervisor import WorkersFailed, WorkerSupervisor

KILL_SECONDS = 5
"""After uvicorn's own last resort."""


def serve_by_workers(
    settings: Settings,
    sockets: list[socket.socket],
    count: int,
    on_ready: Callable[[], None],
) -> None:
    """Serve by `count` processes; ends the command where they do not come to serve.

    `sockets` are bound and never listen: they hold the port, and those of the workers are made
    beside them.
    """
    configure_logs(settings)
    # Held to the end, so that no worker that is started again takes itself for the only one.
    claim = SoleUser(settings.database)
    try:
        with workers_folder() as folder:
            nobody = WorkerPlace(folder, index=count, count=count, life=1)
            if claim.claim() and not _done(partial(_end_left_behind, settings, nobody)):
                fail("What the last server left could not be ended.")
            claim.share()
            importlib.import_module("app.main")  # once, and its memory is shared by the workers
            gc.collect()
            gc.freeze()
            stop = settings.drain_seconds + LAST_RESORT_SECONDS + KILL_SECONDS
            serve = partial(serve_on, settings)
            WorkerSupervisor(folder, count, partial(beside, sockets), serve, stop).run(on_ready)
    except WorkersFailed:
        fail("The workers could not serve; the log says why.")
    finally:
        claim.release()


def _done(work: Callable[[], int]) -> bool:
    """Do something in a process of its own, which leaves no thread and no memory behind."""
    _, status = os.waitpid(forked(work), 0)
    return status == 0


def _end_left_behind(settings: Settings, place: WorkerPlace) -> int:
    asyncio.run(end_left_behind(with_secrets(settings)))
    keep(place.folder, {place: Numbers.of_this_process({}).counts})
    return 0
