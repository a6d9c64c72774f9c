"""What another worker tells of itself counts whole or not at all, however it comes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.numbers import CPU, Numbers
from app.workers.gathering import Gathering
from app.workers.place import WorkerPlace

pytestmark = pytest.mark.anyio

REQUESTS = ("chat_requests", "GET", "/x" * 100_000, "200")
"""Longer than what a socket brings at once."""


def told_by(life: int = 1) -> bytes:
    """What a worker answers that has counted five requests."""
    answer = Gathering.answer_of(life, Numbers({REQUESTS: [5.0], CPU: [1.0]}, {"chat_workers": 1}))
    assert len(answer) > 200_000
    return answer


@asynccontextmanager
async def beside(folder: Path, *parts: bytes) -> AsyncIterator[Gathering]:
    """A worker that counted two requests, beside one whose answer comes in these parts."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        writer.close()

    async with await asyncio.start_unix_server(answer, folder / "1.metrics"):
        place = WorkerPlace(folder, 0, 2, 1)
        yield Gathering(place, lambda: Numbers({REQUESTS: [2.0]}, {"chat_workers": 1}))


async def counted(folder: Path, *parts: bytes) -> float:
    """The requests of both."""
    async with beside(folder, *parts) as gathering:
        return (await gathering.together()).counts[REQUESTS][0]


async def test_an_answer_in_parts_is_waited_for(folder: Path) -> None:
    whole = told_by()
    parts = (whole[at : at + 10_000] for at in range(0, len(whole), 10_000))
    assert await counted(folder, *parts) == 7


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "half a line": lambda whole: whole[:1],
    "a line": lambda whole: whole.partition(b"\n")[0] + b"\n",
    "a half": lambda whole: whole[: len(whole) // 2],
    "all but a byte": lambda whole: whole[:-1],
    "no numbers": lambda _: b"x y\n[]",
    "no such answer": lambda _: b"1 2\n{}",
    "endless": lambda whole: b"1 99999999999\n" + whole,
}


@pytest.mark.parametrize("broken", BROKEN)
async def test_a_broken_answer_is_left_out(folder: Path, broken: str) -> None:
    assert await counted(folder, BROKEN[broken](told_by())) == 2
