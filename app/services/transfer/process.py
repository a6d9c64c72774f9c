"""The process that reads an export, as the server has it: started, listened to, ended."""

import asyncio
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from fcntl import F_SETPIPE_SZ, fcntl
from pathlib import Path

from app.services.files.decoder import bare_environment, command_of
from app.services.transfer.frames import (
    LINE_BYTES,
    FrameDecoder,
    MalformedFrame,
    TransferFrame,
)

AHEAD_BYTES = 1024 * 1024
"""How far it may be ahead of what is written: so much the pipe holds."""
COMMAND = command_of("app.services.transfer.reader")


class ExportProcess:
    """Reads a file from the item after the first `skip` on, into a spool folder. It waits for
    whoever listens."""

    def __init__(self, source: Path, spool: Path, skip: int) -> None:
        self._arguments = [*COMMAND, str(source), str(spool), str(skip)]
        self._spool = spool
        self._decoder = FrameDecoder()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="export")
        self._process: subprocess.Popen[bytes] | None = None

    async def next(self) -> TransferFrame:
        """What it tells next. Raises MalformedFrame, also where it ends before its end."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._next)

    def _next(self) -> TransferFrame:
        if self._process is None:
            self._process = subprocess.Popen(
                self._arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._spool,
                env=bare_environment(),
                start_new_session=True,
            )
            with suppress(OSError):  # some allow less
                fcntl(self._process.stdout, F_SETPIPE_SZ, AHEAD_BYTES)  # type: ignore[arg-type]
        assert self._process.stdout is not None
        line = self._process.stdout.readline(LINE_BYTES + 1)
        if not line.endswith(b"\n"):
            raise MalformedFrame("broken off")
        return self._decoder.decode(line)

    async def end(self) -> None:
        """End it, wherever it is."""
        if self._process is not None:
            self._process.kill()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._gone)
        self._thread.shutdown(wait=False)

    def _gone(self) -> None:
        # On the thread that starts it: one that was being started when its end was wanted, too.
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
