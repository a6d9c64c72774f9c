"""Servers under test: processes pinned to one core, and what the kernel says of them."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30
STOP_SECONDS = 15
TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[-1], CORES[0]


@dataclass(frozen=True)
class ServerProcess:
    """A running server; `start_seconds` from its creation until it said that it was ready."""

    pid: int
    port: int
    start_seconds: float

    def cpu_seconds(self) -> float:
        """User and system time so far (proc_pid_stat(5), fields 14 and 15)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_kb(self) -> int:
        """Memory in use now, in kB of 1,024 bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])


def pin_this_process() -> None:
    """Keep the load, the upstream and whatever they start off the server's core."""
    os.sched_setaffinity(0, {LOAD_CORE})


@asynccontextmanager
async def started(
    module: str, *arguments: str, folder: Path, **environment: str
) -> AsyncIterator[ServerProcess]:
    """Run `python -m module arguments` on the server's core until the block ends."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"DATA_DIR": str(folder)} | environment,
        preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
    )
    try:
        async with asyncio.timeout(START_SECONDS):
            port = await _port(process)
        yield ServerProcess(process.pid, port, time.perf_counter() - began)
    finally:
        await _stop(process)


async def _port(process: asyncio.subprocess.Process) -> int:
    assert process.stdout is not None
    async for line in process.stdout:
        if line.startswith(b"Ready on "):
            return int(line.rpartition(b":")[2])
    raise RuntimeError("The server under test did not start")


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
