"""Processes that stand still for a while, and others that take over what they did."""

import asyncio
import os
import signal
from contextlib import suppress

from tests.faults.processes import is_stopped
from tests.faults.watching import eventually
from tests.support.server import Person

TRIES = 10
LEASES = 4
"""How long a takeover is waited for: it takes one lease and a look."""


async def stop(pid: int) -> None:
    """Suspend a process."""

    async def stopped() -> bool:
        return await asyncio.to_thread(is_stopped, pid)

    os.kill(pid, signal.SIGSTOP)
    await eventually(stopped)


async def stop_until_taken_over(pid: int, reader: Person, conversation: int, lease: float) -> None:
    """Suspend a process and wait until another has ended its reply, as `reader` is told.

    Nobody can take over what is locked: where it was stopped in a transaction, it is woken to
    finish that, and stopped again. `lease`: in seconds.
    """

    async def taken_over() -> bool:
        status: str = (await reader.messages(conversation))[1]["status"]
        return status == "interrupted"

    for _ in range(TRIES):
        await stop(pid)
        with suppress(TimeoutError):
            await eventually(taken_over, LEASES * lease)
            return
        os.kill(pid, signal.SIGCONT)
        await asyncio.sleep(0.1)
    raise TimeoutError("the reply was never taken over")
