"""Files that are bombs cost the process that reads them, never the server: its memory, its event
loop and everybody else stay as they were."""

import asyncio

import pytest

from tests.attacks.target import Target
from tests.faults.processes import resident_bytes
from tests.files.made import (
    docx,
    pdf,
    picture,
    png_of_zeros,
    put,
    uploaded,
    zeros_packed,
)

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

MIB = 1024 * 1024
GROWTH_MAX = 32 * MIB
BOMBS = {
    "a picture of 169 megapixels in 20 kB": lambda: png_of_zeros(13_000, 13_000),
    "a picture of one line": lambda: png_of_zeros(1_000_000, 1),
    "a PDF of 300 MB in 300 kB": lambda: pdf(zeros_packed(300), packed=True),
    "a Word document of 300 MB in 300 kB": lambda: docx(bytes(MIB), times=300),
}


@pytest.fixture(scope="module")
def target(unforked: Target) -> Target:
    """A server whose memory can be looked at."""
    return unforked


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_bomb_costs_the_server_nothing(target: Target, bomb: str) -> None:
    person = await target.visitor()
    data = BOMBS[bomb]()
    await uploaded(person, picture())  # what the first upload loads is loaded
    before = await asyncio.to_thread(resident_bytes, target.pid)
    answers = await asyncio.gather(*(put(person, data, "cat.png") for _ in range(3)))
    told = {(answer.status_code, answer.json()["code"]) for answer in answers}
    assert told == {(422, "attachment_unreadable")}
    grown = await asyncio.to_thread(resident_bytes, target.pid) - before
    assert grown <= GROWTH_MAX, f"{grown / MIB:.1f} MB"
    assert (await person.get("/attachments")).json()["used_bytes"] > 0
    await asyncio.to_thread(target.assert_unharmed)
