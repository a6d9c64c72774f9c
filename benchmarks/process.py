"""Servers under test: processes pinned to one core, and what the kernel says of them."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30
STOP_SECONDS = 15
CPU_CLOCK = 2
"""`CPUCLOCK_SCHED` of the kernel: what the scheduler counted."""
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[-1], CORES[0]


@dataclass(frozen=True)
class ServerProcess:
    """A running server; `start_seconds` from its creation until it said that it was ready."""

    pid: int
    port: int
    start_seconds: float

    def cpu_seconds(self) -> float:
        """User and system time of all its threads so far.

        What stands in `/proc/<pid>/stat` in ticks of 10 ms, to the nanosecond: the process's CPU
        clock, whose id Linux makes of the pid (clock_getcpuclockid(3)).
        """
        return time.clock_gettime(~self.pid << 3 | CPU_CLOCK)

    def resident_kb(self) -> int:
        """Memory in use now, in kB of 1,024 bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])


def wanted_seconds() -> float:
    """How long this process ran on its core or waited for it (`/proc/<pid>/schedstat`)."""
    ran, waited, _ = Path("/proc/self/schedstat").read_text().split()
    return (int(ran) + int(waited)) / 1e9


class Neighbours:
    """How busy processes that are no part of the run keep the machine, which all figures feel."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._busy, self._own = _busy_seconds(), _own_seconds()

    def cores(self) -> float:
        """Cores they used on average; call it when every process of the run has ended."""
        others = _busy_seconds() - self._busy - (_own_seconds() - self._own)
        return max(0.0, others / (time.monotonic() - self._began))


def _busy_seconds() -> float:
    """Of all cores together, from the first line of proc_stat(5)."""
    fields = Path("/proc/stat").read_text().split(maxsplit=9)[1:9]
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, fields)
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    return sum(os.times()[:4])


def pin_this_process() -> None:
    """Keep the load, the upstream and whatever they start off the server's core."""
    os.sched_setaffinity(0, {LOAD_CORE})


@asynccontextmanager
async def started(
    module: str, *arguments: str, folder: Path, code: Path | None = None, **environment: str
) -> AsyncIterator[ServerProcess]:
    """Run `python -m module arguments` on the server's core until the block ends; with the code of
    the folder `code`, where it is given."""
    began = time.perf_counter()
    with (folder / "log").open("a+") as log:
        process = await asyncio.create_subprocess_exec(
            *(*_ends_with_us(), sys.executable, "-m", module, *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            cwd=code,
            env=os.environ | {"DATA_DIR": str(folder)} | environment,
            preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
        )
    try:
        async with asyncio.timeout(START_SECONDS):
            port = await _port(process, folder / "log")
        yield ServerProcess(process.pid, port, time.perf_counter() - began)
    finally:
        await _stop(process)


def _ends_with_us() -> list[str]:
    """A benchmark that is killed takes its servers along, where the system can do it."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


async def _port(process: asyncio.subprocess.Process, log: Path) -> int:
    assert process.stdout is not None
    async for line in process.stdout:
        if line.startswith(b"Ready on "):
            return int(line.rpartition(b":")[2])
    raise RuntimeError(f"The server under test did not start:\n{_last_words(log)}")


def _last_words(log: Path) -> str:
    return log.read_text()[-2000:]


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
