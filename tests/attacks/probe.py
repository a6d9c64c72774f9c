"""Asks a server for a sign of life again and again, and prints how long its event loop kept it
waiting, wherever that was more than a twentieth of a second: by the effort that could have been
made meanwhile (`tests/support/effort.py`), which is the same where all takes longer.

A process of its own, so that no test delays it. What the server and this process only waited for
a core is taken off (proc(5): the second field of `schedstat`, in nanoseconds), so that a busy
machine does not look like a blocked loop: all threads of it, for one that waits may hold the lock
of the interpreter. Arguments: the server's port and its process id.
"""

import os
import socket
import sys
import time

from tests.support.effort import known, seconds_of

PAUSE_SECONDS = 0.02
TOLD_SECONDS = 0.05
REQUEST = b"GET /health/live HTTP/1.1\r\nHost: probe\r\n\r\n"


def waited_for_a_core(process: str) -> float:
    """How long the threads of a process that live have waited for a core since they began."""
    threads = f"/proc/{process}/task"
    return sum(_wait(f"{threads}/{thread}/schedstat") for thread in os.listdir(threads))


def _wait(statistics: str) -> float:
    try:
        with open(statistics, "rb", buffering=0) as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def main(port: int, server: str) -> None:
    """Ask until the server is gone."""
    while True:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            while _ask(connection, server):
                time.sleep(PAUSE_SECONDS)


def _ask(connection: socket.socket, server: str) -> bool:
    idle = waited_for_a_core(server) + waited_for_a_core("self")
    began = time.monotonic()
    connection.sendall(REQUEST)
    if not connection.recv(4096):
        return False
    took = time.monotonic() - began
    idle = waited_for_a_core(server) + waited_for_a_core("self") - idle
    if took - idle > TOLD_SECONDS:
        sys.stdout.write(f"{(took - idle) / seconds_of(known):.1f}\n")
        sys.stdout.flush()
    return True


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]), sys.argv[2])
    except (OSError, KeyboardInterrupt):
        pass
