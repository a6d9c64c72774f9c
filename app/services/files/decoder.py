"""Has files of strangers read in child processes, one at a time."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from app.errors import AttachmentNotSupported, AttachmentUnreadable, ServerBusy
from app.logs import log
from app.services.files.child import NOT_SUPPORTED
from app.services.files.kinds import PICTURES, TYPES, WEBP, Kind
from app.services.files.parts import CONTENT, TEXT_PART, THUMBNAIL

ROOT = Path(__file__).parents[3]
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
"""Of the environment; the rest holds the server's secrets."""
WALL_SECONDS = 25
WAIT_SECONDS = 60
"""How long a file may wait for those before it."""
ANSWER, ANSWER_BYTES = "answer", 4096
COUNTS = ("width", "height", "pages", "characters")
COUNT_MAX = 2**31 - 1


def command_of(module: str) -> list[str]:
    """What starts `main` of a module in a process of its own; its arguments are to follow."""
    start = f"import sys; sys.path.insert(0, sys.argv.pop(1)); from {module} import main; main()"
    return [sys.executable, "-I", "-c", start, str(ROOT)]


def bare_environment() -> dict[str, str]:
    """The environment of a process that reads what strangers made."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


COMMAND = command_of("app.services.files.child")


class Child:
    """One child process; it can be ended at any moment, from any thread."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def run(self, kind: Kind, source: Path, folder: Path) -> tuple[int, dict[str, Any] | None]:
        """How the child ended and what it made; blocks until then, at most for WALL_SECONDS."""
        if self._ended:
            return -1, None
        answer = folder / ANSWER
        with (
            answer.open("xb") as said,
            subprocess.Popen(
                [*COMMAND, kind, str(source), str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=said,  # a file, as long as the child may make one: a pipe has no end
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=bare_environment(),
                start_new_session=True,
            ) as self._process,
        ):
            if self._ended:
                self._process.kill()
            try:
                code = self._process.wait(WALL_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                code = self._process.wait()
        read = avatar_of if kind == "avatar" else made_of
        return code, read(answer, folder) if code == 0 else None

    def end(self) -> None:
        """Kill it, if it runs or is about to."""
        self._ended = True
        if self._process is not None:
            self._process.kill()


class Decoder:
    """The queue of this process. Users take turns: each has one file in it at a time."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="decoder")
        self._turns: dict[int, tuple[asyncio.Lock, int]] = {}
        self._running: set[Child] = set()

    async def decode(self, user_id: int, kind: Kind, source: Path, folder: Path) -> dict[str, Any]:
        """What was made of a file, whose parts stand in the folder then.

        Raises AttachmentUnreadable, AttachmentNotSupported, ServerBusy where others are before it.
        """
        async with self._turn_of(user_id):
            child = Child()
            self._running.add(child)
            running = asyncio.get_running_loop().run_in_executor(
                self._thread, child.run, kind, source, folder
            )
            try:
                code, made = await asyncio.wait_for(
                    asyncio.shield(running), WAIT_SECONDS + WALL_SECONDS
                )
            except TimeoutError as error:
                raise ServerBusy from error
            finally:
                child.end()
                self._running.discard(child)
        if code == NOT_SUPPORTED:
            raise AttachmentNotSupported
        if made is None:
            log.info("file_unreadable", kind=kind, code=code)
            raise AttachmentUnreadable
        return made

    @asynccontextmanager
    async def _turn_of(self, user_id: int) -> AsyncIterator[None]:
        lock, waiting = self._turns.get(user_id, (asyncio.Lock(), 0))
        self._turns[user_id] = lock, waiting + 1
        try:
            async with lock:
                yield
        finally:
            _, waiting = self._turns.pop(user_id)
            if waiting > 1:
                self._turns[user_id] = lock, waiting - 1

    def close(self) -> None:
        """End what runs, and the thread."""
        for child in self._running:
            child.end()
        self._thread.shutdown(wait=False, cancel_futures=True)


def made_of(answer: Path, folder: Path) -> dict[str, Any] | None:
    """What a child says it made of a file, and left in the folder: `type` and the COUNTS of it.
    None where that cannot be: a file may have taken hold of the child."""
    try:
        with answer.open("rb") as stream:
            told = json.loads(stream.read(ANSWER_BYTES))
        made = {"type": told["type"]} | {name: told[name] for name in COUNTS if name in told}
        is_drawn = made["type"] in PICTURES
    except (ValueError, TypeError, KeyError):
        return None
    entries = [*os.scandir(folder)]
    parts = {CONTENT, THUMBNAIL} if is_drawn else {TEXT_PART}
    counts = {"width", "height"} if is_drawn else {"characters"}
    is_sound = (
        made["type"] in TYPES
        and made.keys() - {"type", "pages"} == counts
        and all(type(made[n]) is int and 0 <= made[n] <= COUNT_MAX for n in made if n != "type")
        and parts <= {entry.name for entry in entries}
        and all(entry.is_file(follow_symlinks=False) for entry in entries)  # no link to a secret
    )
    return made if is_sound else None


def avatar_of(answer: Path, folder: Path) -> dict[str, Any] | None:
    """The picture of a person that a child says it drew, looked at like `made_of`."""
    try:
        with answer.open("rb") as stream:
            is_drawn = json.loads(stream.read(ANSWER_BYTES)) == {"type": WEBP}
    except ValueError:
        return None
    entries = {entry.name: entry for entry in os.scandir(folder)}
    is_there = CONTENT in entries and entries[CONTENT].is_file(follow_symlinks=False)
    return {"type": WEBP} if is_drawn and is_there else None
