"""What the faults do to processes, and read of them."""

import resource
from pathlib import Path

from tests.support.server_process import ServerProcess


def pid_of(server: ServerProcess) -> int:
    """The process id of a server."""
    return server._process.pid


def resident_bytes(pid: int) -> int:
    """The memory that a process really holds (proc(5): the second field of `statm`, in pages)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def forget_peak(pid: int) -> None:
    """From now on `peak_bytes` tells the most since (proc(5): 5 into `clear_refs`)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_bytes(pid: int) -> int:
    """The most memory that a process has really held (proc(5): `VmHWM` in `status`, in kB)."""
    fields = Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()
    return int(fields[0]) * 1024


def is_stopped(pid: int) -> bool:
    """Whether SIGSTOP has taken effect (proc(5): the state follows the name in `stat`)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def allow_open_files(count: int) -> None:
    """Raise this process's limit of open files, for its children too, as far as is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def limit_file_size(pid: int, limit: int | None) -> None:
    """Let a process write no file beyond `limit` bytes; None takes the limit back."""
    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    soft = hard if limit is None else limit
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))
