"""Which processes a server is made of, and which of them has which connection."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from tests.faults.processes import pid_of
from tests.support.server import ChatSocket
from tests.support.server_process import ServerProcess


async def workers_of(server: ServerProcess) -> set[int]:
    """The process ids of a server's workers."""
    return await asyncio.to_thread(_children, pid_of(server))


async def worker_of(server: ServerProcess, port: int) -> int:
    """The worker at the other end of a connection that has this port here."""
    inode = await asyncio.to_thread(_inode, server.port, port)
    for pid in await workers_of(server):
        if f"socket:[{inode}]" in await asyncio.to_thread(_open_files, pid):
            return pid
    raise AssertionError("no worker has it")


async def process_of(server: ServerProcess, socket: ChatSocket) -> int:
    """The process that a socket is open at: the server's only one, or one of its workers."""
    if not await workers_of(server):
        return pid_of(server)
    return await worker_of(server, socket.connection.local_address[1])


async def are_gone(pids: set[int]) -> bool:
    """Whether none of these processes is there any more."""
    return not any(await asyncio.gather(*(asyncio.to_thread(_is_there, pid) for pid in pids)))


def _children(pid: int) -> set[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return set(map(int, listed))


def _inode(local: int, remote: int) -> str:
    """The server's end of a connection (proc(5): /proc/net/tcp)."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        ports = [int(fields[n].rpartition(":")[2], 16) for n in (1, 2)]
        if ports == [local, remote]:
            return fields[9]
    raise AssertionError("no such connection")


def _open_files(pid: int) -> set[str]:
    folder = Path(f"/proc/{pid}/fd")
    found = set()
    for name in os.listdir(folder):
        with suppress(FileNotFoundError):
            found.add(str((folder / name).readlink()))
    return found


def _is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
