"""Processes of the app's programs. They are forked from one that has loaded the app, where that can
be done: a start then costs a tenth of what a new Python takes for it."""

import atexit
import ctypes
import json
import os
import re
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import app
from tests.support import fork_server

ROOT = Path(app.__file__).parent.parent
PYTHON = [sys.executable, "-m"]
SUBREAPER = 36  # prctl(2): PR_SET_CHILD_SUBREAPER
OF_PYTHON = re.compile("PYTHON|LC_|LANG")
"""Variables that Python reads when it starts, and never again."""
_wanted = True


def popen(
    words: list[str], folder: Path, environment: Mapping[str, str], **streams: Any
) -> "subprocess.Popen[Any]":
    """`python -m` with these words, in a folder and with no environment but this."""
    kind = Forked if _wanted and _can_fork(environment) else subprocess.Popen
    return kind([*PYTHON, *words], cwd=folder, env=environment, **streams)


def run(
    words: list[str], folder: Path, environment: Mapping[str, str], typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """The same from its start to its end; `typed` is what it reads."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with popen(words, folder, environment, text=True, **pipes) as process:
        try:
            out, errors = process.communicate(typed, timeout=60)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, errors)


@contextmanager
def new_pythons() -> Iterator[None]:
    """Fork nothing meanwhile: for tests of the start itself, and of what a process holds."""
    global _wanted
    _wanted = False
    try:
        yield
    finally:
        _wanted = True


def _can_fork(environment: Mapping[str, str]) -> bool:
    names = filter(OF_PYTHON.match, {*environment, *os.environ})
    changed = {name for name in names if environment.get(name) != os.environ.get(name)}
    paths = (None, os.environ.get("PYTHONPATH"), str(ROOT))
    return (
        sys.platform == "linux"
        and changed <= {"PYTHONPATH"}
        and environment.get("PYTHONPATH") in paths
    )


class Forked(subprocess.Popen[Any]):
    """A process like any other of `subprocess`, only that another one forked it."""

    def _execute_child(
        self,
        args: list[str],
        executable: object,
        preexec_fn: object,
        close_fds: object,
        pass_fds: object,
        cwd: Path,
        env: Mapping[str, str],
        startupinfo: object,
        creationflags: object,
        shell: object,
        *ends_and_others: Any,
    ) -> None:
        ends = ends_and_others[:6]  # of three pipes: the child's stdin, ours, ours, stdout, …
        given = (ends[0], ends[3], ends[5])
        files = [number if end == -1 else end for number, end in enumerate(given)]
        self.pid = _fork_server().fork(args[len(PYTHON) :], cwd, env, files)
        self._child_created = True
        getattr(self, "_close_pipe_fds")(*ends)  # noqa: B009 (not among the types)


class ForkServer:
    """The process that forks. It ends with this one."""

    def __init__(self) -> None:
        if ctypes.CDLL(None, use_errno=True).prctl(SUBREAPER, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "orphans cannot be taken")
        self._lock = threading.Lock()
        self._control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            self._process = subprocess.Popen(
                [*PYTHON, fork_server.__name__, str(other.fileno())],
                cwd=ROOT,
                pass_fds=[other.fileno()],
                stdin=subprocess.DEVNULL,
            )
        atexit.register(self._close)

    def fork(
        self, words: list[str], folder: Path, environment: Mapping[str, str], files: list[int]
    ) -> int:
        """Start a process; its id."""
        start = fork_server.Start(
            words=words,
            folder=str(folder.absolute()),
            environment=dict(environment),
            umask=_umask(),
            open_files=resource.getrlimit(resource.RLIMIT_NOFILE),
        )
        with self._lock:
            socket.send_fds(self._control, [json.dumps(start).encode()], files)
            return int(self._control.recv(20))

    def _close(self) -> None:
        self._control.close()
        self._process.wait()


@cache
def _fork_server() -> ForkServer:
    return ForkServer()


def _umask() -> int:
    """This process's umask (proc(5)), which `os.umask` could not tell without changing it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("Umask:")[2].split()[0], 8)
