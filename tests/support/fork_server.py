"""Starts the app's programs in processes forked from this one, which has loaded the app before.

Run with the number of a socket, on which each start comes as one message: the words after `python`,
where and with what environment to run them, and three open files. A new process belongs to the
nearest one above that takes orphans (prctl(2), PR_SET_CHILD_SUBREAPER), the test run.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import resource
import runpy
import signal
import socket
import sys
import threading
import time
from typing import NoReturn, TypedDict

from tests.support import tls_contexts

MAX_BYTES = 1_000_000
NOT_LOADED = ("app.local_model_server", "app.telemetry")
"""What most servers do without, and would carry."""
OF_A_START = "app.main"
"""Reads the settings when it is imported, so each process imports it anew."""


class Start(TypedDict):
    """What a process is started with; `words` are a module and its arguments."""

    words: list[str]
    folder: str
    environment: dict[str, str]
    umask: int
    open_files: tuple[int, int]


def main() -> None:
    """Load, then fork at each message. Comes back in new processes only, ready to run."""
    load()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[1]))
    while message := socket.recv_fds(control, MAX_BYTES, 3):
        text, files, _, _ = message
        if not text:
            sys.exit()
        if (pid := forked()) == 0:
            control.detach()
            return become(json.loads(text), files)
        control.send(str(pid).encode())
        for file in files:
            os.close(file)


def load() -> None:
    """Import all of the app, and keep it from the collector, which would copy its pages."""
    package = importlib.import_module("app")
    for module in pkgutil.walk_packages(package.__path__, "app."):
        if not module.name.endswith("__main__") and module.name not in NOT_LOADED:
            importlib.import_module(module.name)
    del sys.modules[OF_A_START], package.main
    importlib.import_module("alembic.command")
    importlib.import_module("uvicorn")
    tls_contexts.share()
    gc.collect()
    gc.freeze()


def forked() -> int:
    """0 in a new process; here its id, once it is an orphan: then the test run can wait for it."""
    reader, writer = os.pipe()
    between = os.fork()
    if between == 0:
        if (pid := os.fork()) == 0:
            return 0
        os.write(writer, str(pid).encode())
        os._exit(0)
    os.waitpid(between, 0)
    pid = int(os.read(reader, 20))
    os.close(reader)
    os.close(writer)
    return pid


def become(start: Start, files: list[int]) -> None:
    """Be as a new Python would be before it runs the module that the first word names."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    resource.setrlimit(resource.RLIMIT_NOFILE, start["open_files"])
    os.umask(start["umask"])
    os.chdir(start["folder"])
    os.environ.clear()
    os.environ.update(start["environment"])
    time.tzset()
    sys.path[0] = os.getcwd()
    sys.argv = start["words"]
    sys.stdin = open(0, closefd=False)
    sys.stdout = open(1, "w", closefd=False)
    sys.stderr = open(2, "w", 1, errors="backslashreplace", closefd=False)


def end_status() -> int:
    """Run the module as `python -m` does; what the process ends with."""
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        if isinstance(error, KeyboardInterrupt):
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        return 1
    return 0


def end(status: int) -> NoReturn:
    """End as Python does, but tidy nothing away: that would copy every page there is."""
    getattr(threading, "_shutdown")()  # noqa: B009 (not among the types)
    getattr(atexit, "_run_exitfuncs")()  # noqa: B009
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status & 0xFF)


if __name__ == "__main__":
    main()
    end(end_status())
