"""Seals what is pending into segments, merges small ones, and makes those anew of whose messages
some are gone.

A segment is written a few blocks at a time, and counts once it is whole; whatever breaks off before
that is removed by whoever goes on. Blocks of a segment are made of those of smaller ones that have
the same tokens, so no more than these are in memory.
"""

import heapq
from array import array
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import batched
from typing import Any

from app.models import utc_now
from app.services.jobs.service import HeldJob
from app.services.search import rows, segments
from app.services.search.block import (
    BLOCKS,
    DIRECTORY,
    MEMBERS,
    SIZES,
    TokenBlock,
    block_of,
    members,
    micros,
    packed_directory,
    packed_members,
    packed_tokens,
    part_of,
    time_of,
)
from app.services.search.pace import Rest, at_ease
from app.services.search.segments import NewSegment, PendingTokens

MERGED_AT_ONCE = 8
BLOCKS_PER_WRITE = 16
BLOCKS_AT_ONCE = 16
"""Of a new segment: each time all tokens are gone through, and half of them held."""
GONE = -1
LENGTHS = bytes([1] * 0x80 + [2] * 0x60 + [3] * 0x10 + [4] * 0x10)
"""Of how many bytes a character is that begins with each of these (RFC 3629)."""

type Member = tuple[int, int]
"""When a message was said, in microseconds, and its id."""
type Postings = dict[bytes, list[int]]
type NewBlock = tuple[int, bytes]


async def seal(job: HeldJob) -> None:
    """Do what is due for a user, until nothing is."""
    user_id = job.user_id
    await _clear(job)
    while True:
        whole = await job.read(segments.whole, user_id)
        before = utc_now() - segments.CHECKED_EVERY
        unchecked = [each for each in whole if each.checked_at is None or each.checked_at < before]
        if unchecked:
            await _check(job, unchecked[0])
        elif pending := await _pending(job):
            await _seal(job, pending)
        elif merged := _to_merge(whole):
            await _merge(job, merged, merged[0].tier + 1)
        else:
            return


def _to_merge(whole: Sequence[Any]) -> list[Any]:
    """Segments that follow each other and are many enough to be one of the next tier."""
    for tier in range(len(BLOCKS) - 1):
        same = [segment for segment in whole if segment.tier == tier]
        if len(same) >= MERGED_AT_ONCE:
            return sorted(same, key=lambda segment: (segment.last_at, segment.id))[:MERGED_AT_ONCE]
    return []


async def _pending(job: HeldJob) -> list[PendingTokens]:
    """What makes a segment; nothing where that is too little."""
    found: list[PendingTokens] = []
    while len(found) < SIZES[0]:
        after = found[-1].message_id if found else 0
        some = await job.read(segments.pending_after, job.user_id, after)
        if not some:
            return []
        found += some
    return found[: SIZES[0]]


async def _seal(job: HeldJob, pending: list[PendingTokens]) -> None:
    pending.sort(key=lambda each: (each.said_at, each.message_id))
    order = [(micros(each.said_at), each.message_id) for each in pending]
    await _write(job, 0, order, _sealed(pending), [])
    by_state: dict[int, list[int]] = defaultdict(list)
    for each in pending:
        by_state[each.state].append(each.message_id)
    for state, ids in by_state.items():
        for some in _batches(ids):
            await job.write(segments.forget_pending, job.user_id, state, some)


async def _sealed(pending: Sequence[PendingTokens]) -> AsyncIterator[list[NewBlock]]:
    for some in batched(range(BLOCKS[0]), BLOCKS_AT_ONCE):
        yield await at_ease(_sealed_blocks, pending, some)


def _sealed_blocks(
    rest: Rest, pending: Sequence[PendingTokens], numbers: Sequence[int]
) -> list[NewBlock]:
    postings: dict[int, Postings] = {block: {} for block in numbers}
    blocks: dict[bytes, Postings | None] = {}
    for number, each in enumerate(pending):
        for name in each.tokens.split(b"\0")[1:]:
            first = name[: LENGTHS[name[0]]]
            if first not in blocks:
                blocks[first] = postings.get(block_of(first.decode(), 0))
            block = blocks[first]
            if block is None:
                continue
            if (found := block.get(name)) is None:
                block[name] = [number]
            else:
                found.append(number)
        rest()
    return _packed(rest, postings)


def _packed(rest: Rest, blocks: dict[int, Postings]) -> list[NewBlock]:
    made = []
    for block, postings in blocks.items():
        if postings:
            made.append((block, packed_tokens(postings)))
            rest()
    return made


async def _check(job: HeldJob, segment: Any) -> None:
    """See whether all its messages are there; else make it anew without those that are gone."""
    now = utc_now()
    order, _ = await _order(job, [segment])
    if len(order) < segment.size:
        await _merge(job, [segment], segment.tier)
    else:
        await job.write(segments.checked, segment.id, now)


async def _merge(job: HeldJob, old: Sequence[Any], tier: int) -> None:
    """Make one segment of several, without messages that are gone."""
    order, numbers = await _order(job, old)
    await _write(job, tier, order, _merged(job, old, tier, numbers), [each.id for each in old])
    await _clear(job)


async def _order(job: HeldJob, old: Sequence[Any]) -> tuple[list[Member], list[Sequence[int]]]:
    """The messages of these segments that are still there, in their new order, and for each segment
    the new numbers of its messages."""
    found: list[list[Member]] = []
    there: set[int] = set()
    for segment in old:
        its: list[Member] = []
        for number in range(0, segment.size, MEMBERS):
            wanted = [(segment.id, part_of(number))]
            ids, times = members((await job.read(rows.blocks, job.user_id, wanted))[wanted[0]])
            its += zip(times, ids, strict=True)
            for some in _batches(ids):
                there |= await job.read(segments.there, some)
        found.append(its)
    return await at_ease(_ordered, found, there)


def _ordered(
    rest: Rest, found: list[list[Member]], there: set[int]
) -> tuple[list[Member], list[Sequence[int]]]:
    order: list[Member] = []
    number_of: dict[int, int] = {}
    for member in heapq.merge(*found):
        id = member[1]
        if id in there and id not in number_of:
            number_of[id] = len(order)
            order.append(member)
        rest()
    numbers: list[Sequence[int]] = []
    for its in found:
        new = array("l")
        for _, id in its:
            new.append(number_of.get(id, GONE))
            rest()
        numbers.append(new)
    return order, numbers


async def _merged(
    job: HeldJob, old: Sequence[Any], tier: int, numbers: Sequence[Sequence[int]]
) -> AsyncIterator[list[NewBlock]]:
    for block in range(BLOCKS[old[0].tier]):
        wanted = [(segment.id, block) for segment in old]
        data = await job.read(rows.blocks, job.user_id, wanted)
        parts = [(data[key], of) for key, of in zip(wanted, numbers, strict=True) if key in data]
        yield await at_ease(_merged_block, parts, tier)


def _merged_block(
    rest: Rest, parts: Sequence[tuple[bytes, Sequence[int]]], tier: int
) -> list[NewBlock]:
    found: dict[bytes, set[int]] = defaultdict(set)
    for data, numbers in parts:
        for name, old in TokenBlock.read(data).items():
            found[name].update([numbers[number] for number in old])
            rest()
    blocks: dict[int, Postings] = defaultdict(dict)
    for name, new in found.items():
        new.discard(GONE)
        if new:
            blocks[block_of(name.decode(), tier)][name] = sorted(new)
        rest()
    return _packed(rest, blocks)


async def _write(
    job: HeldJob,
    tier: int,
    order: Sequence[Member],
    blocks: AsyncIterator[list[NewBlock]],
    old: Sequence[int],
) -> None:
    """Write a segment of these messages, in place of old ones; none where no message is left."""
    if not order:
        await job.write(segments.replace, None, old)
        return
    ids = [id for _, id in order]
    new = NewSegment(
        job.user_id,
        tier,
        len(order),
        time_of(order[0][0]),
        time_of(order[-1][0]),
        min(ids),
        max(ids),
    )
    segment_id = await job.write(segments.begin, new)
    waiting = await at_ease(_member_blocks, order)
    async for made in blocks:
        waiting += made
        while len(waiting) >= BLOCKS_PER_WRITE:
            some, waiting = waiting[:BLOCKS_PER_WRITE], waiting[BLOCKS_PER_WRITE:]
            await job.write(segments.add, job.user_id, segment_id, some)
    while waiting:
        some, waiting = waiting[:BLOCKS_PER_WRITE], waiting[BLOCKS_PER_WRITE:]
        await job.write(segments.add, job.user_id, segment_id, some)
    await job.write(segments.replace, segment_id, old)


def _member_blocks(rest: Rest, order: Sequence[Member]) -> list[NewBlock]:
    starts = range(0, len(order), MEMBERS)
    made = [(DIRECTORY, packed_directory([order[start][0] for start in starts]))]
    for start in starts:
        times, ids = zip(*order[start : start + MEMBERS], strict=True)
        made.append((part_of(start), packed_members(ids, times)))
        rest()
    return made


async def _clear(job: HeldJob) -> None:
    """Remove what is left of segments that do not count: broken off, or replaced."""
    for segment in await job.read(segments.broken, job.user_id):
        parts = -part_of(segment.size - 1)
        for some in _batches(range(-parts, BLOCKS[segment.tier])):
            await job.write(segments.remove_blocks, job.user_id, segment.id, some)
        await job.write(segments.remove, segment.id)


def _batches(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), segments.ROWS_PER_COMMIT):
        yield numbers[start : start + segments.ROWS_PER_COMMIT]
