"""How often a growing reply wakes its readers: no text waits for more than a frame's time."""

import asyncio
import time

import pytest

from app.services.generation.cadence import FRAME_SECONDS, SAMPLE_SECONDS, Cadence, Load


@pytest.mark.anyio
async def test_an_idle_process_wakes_readers_at_once() -> None:
    wakes: list[None] = []
    cadence = Cadence(lambda now: False, lambda: wakes.append(None))
    for _ in range(5):
        cadence.grown()
    assert len(wakes) == 5


@pytest.mark.anyio
async def test_a_busy_one_gathers_what_comes_within_a_frame() -> None:
    wakes: asyncio.Queue[None] = asyncio.Queue()
    cadence = Cadence(lambda now: True, lambda: wakes.put_nowait(None))
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(5):
        cadence.grown()
    assert wakes.qsize() == 1, "the first text waits for nothing"
    for _ in range(2):
        await wakes.get()
    assert loop.time() - began >= FRAME_SECONDS / 2
    assert wakes.empty()


@pytest.mark.anyio
async def test_text_that_waits_comes_though_no_more_follows_and_the_process_has_rest() -> None:
    busy = True
    wakes: asyncio.Queue[None] = asyncio.Queue()
    cadence = Cadence(lambda now: busy, lambda: wakes.put_nowait(None))
    cadence.grown()
    cadence.grown()
    busy = False
    async with asyncio.timeout(10):
        for _ in range(2):
            await wakes.get()
    cadence.grown()
    assert wakes.qsize() == 1


def test_work_in_the_loop_counts_as_busy_and_waiting_does_not() -> None:
    load = Load()
    load.is_busy(1.0)
    began = time.thread_time()
    while time.thread_time() - began < SAMPLE_SECONDS:
        pass
    assert load.is_busy(1.0 + 1.1 * SAMPLE_SECONDS), "nine tenths of a core"
    assert not load.is_busy(60.0)
