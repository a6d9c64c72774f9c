"""A process that is forked to serve, and what it does first."""

import ctypes
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from typing import NoReturn

SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}
SET_PARENT_DEATH_SIGNAL = 1  # prctl(2): PR_SET_PDEATHSIG
FAILED = 1
LOOK_SECONDS = 1.0


def forked(work: Callable[[], int]) -> int:
    """Do `work` in a new process, which ends with the status that it returns; the process's id.

    It is killed when this one dies, however that dies: none goes on alone. The terminal's signals
    do not reach it; this process hands on what it is told.
    """
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    # A signal before the child has its own handlers would be taken by copies of the parent's.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        with warnings.catch_warnings():
            # The local model's keeper is a thread; nothing that it holds is wanted in the child.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            _become_child(parent, work)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    return pid


def _become_child(parent: int, work: Callable[[], int]) -> NoReturn:
    status = FAILED
    try:
        signal.set_wakeup_fd(-1)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()
        _die_with(parent)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        status = work()
    except BaseException:
        traceback.print_exc()
    finally:
        # Not by the way up: there stands what the parent has still to do.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # died in between
        os._exit(FAILED)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(FAILED)


def cause_of(status: int) -> str:
    """Why a process ended, by what `os.waitpid` says."""
    code = os.waitstatus_to_exitcode(status)
    return signal.Signals(-code).name if code < 0 else f"code {code}"
