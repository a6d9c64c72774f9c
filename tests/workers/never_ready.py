"""A supervisor whose workers end before they serve, at first or later; run as a program."""

import socket
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.workers import lives
from app.workers.supervisor import WorkersFailed, WorkerSupervisor


def main(lives_that_serve: int) -> None:
    """Says "ready" once all workers are, and "failed" when the supervisor gives up."""
    lives.FIRST_PAUSE_SECONDS = lives.LONGEST_PAUSE_SECONDS = 0.01
    with tempfile.TemporaryDirectory() as folder:
        starts, announced = Path(folder, "starts"), Path(folder, "announced")

        def serve(_: list[socket.socket], ready: Callable[[], None]) -> None:
            with starts.open("ab") as file:
                file.write(b".")
            if starts.stat().st_size <= lives_that_serve:
                ready()
                while not announced.exists():
                    time.sleep(0.01)

        def on_ready() -> None:
            print("ready", flush=True)  # noqa: T201
            announced.touch()

        supervisor = WorkerSupervisor(Path(folder), 2, list, serve, stop_seconds=10)
        try:
            supervisor.run(on_ready)
        except WorkersFailed:
            print("failed after", starts.stat().st_size)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))
