"""One page of results: candidates from everywhere, the newest first, each held against its text.

A segment is looked into only once nothing newer is left elsewhere, and then for the part of its
messages that is next. What the index says is a filter: the text decides.
"""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate, batched
from typing import Any

from app.database import Database
from app.services.search import rows
from app.services.search.block import (
    DIRECTORY,
    MEMBERS,
    TokenBlock,
    block_of,
    directory,
    members,
    micros,
    part_of,
)
from app.services.search.query import Query, Snippet
from app.services.search.rows import (
    PREFIXES_MOST,
    TEXTS_MOST,
    BlockKey,
    ResultPlace,
    Sources,
)

TEXTS_AT_ONCE = 60
SHORT_CHARACTERS = 20_000
"""So much text is looked through in the event loop: to hand it to a thread takes as long."""
MESSAGES_FIRST = 16_000
GROWTH = 4
"""Segments of so many messages are looked into first, and of so many times as many next."""
FEW = 5
"""So many candidates of a segment are held against their texts rather than against more of it."""
PREFIXES_AT_ONCE = 3
"""After so many of them few candidates are left in most segments."""

type Blocks = dict[BlockKey, bytes]
type Hits = dict[int, Collection[int]]
"""Numbers of messages by the id of their segment."""


class SegmentGone(Exception):
    """A segment was replaced by another one meanwhile."""


@dataclass(slots=True)
class Hit:
    """A message that is found, and what of it."""

    place: ResultPlace
    row: Any
    snippet: Snippet


@dataclass(slots=True)
class _Segment:
    """What is left of a segment: `numbers` of candidates, in order, once it was looked into;
    nothing of it is later than `until`, None where nothing is left."""

    row: Any
    until: int | None
    numbers: list[int] | None = None
    begins: Sequence[int] = ()

    def candidates_are(
        self, found: Collection[int], begins: Sequence[int], before: ResultPlace | None
    ) -> None:
        """What was found in its blocks; what is later than a place is left out, by parts."""
        self.begins = begins
        parts = len(begins)
        if before is not None:
            parts = bisect_right(begins, before[0])
        self.numbers = [number for number in sorted(set(found)) if number < parts * MEMBERS]
        self._limit()

    def next_parts(self, count: int, since: int | None) -> list[int]:
        """The blocks with so many of its last candidates, the last first; without those in which
        all is before a time."""
        first = 0 if since is None else bisect_left(self.begins, since) - 1
        last = (self.numbers or [])[-count:]
        parts = {part_of(number) for number in last if number >= first * MEMBERS}
        return sorted(parts)

    def take(self, part: int, data: bytes) -> list[ResultPlace]:
        """The candidates of such a block; those of the later ones were taken before."""
        numbers = self.numbers or []
        first = (DIRECTORY - 1 - part) * MEMBERS
        at = bisect_left(numbers, first)
        ids, times = members(data)
        its = [number - first for number in numbers[at:]]
        taken = [(times[number], ids[number]) for number in its]
        del numbers[at:]
        self._limit()
        return taken

    def _limit(self) -> None:
        if not self.numbers:
            self.until = None
            return
        next_part = self.numbers[-1] // MEMBERS + 1
        if next_part < len(self.begins):
            self.until = self.begins[next_part]
        else:
            self.until = micros(self.row.last_at)


class ResultPage:
    """A page that is being put together."""

    def __init__(
        self, database: Database, user_id: int, query: Query, before: ResultPlace | None
    ) -> None:
        self._database = database
        self._user_id = user_id
        self._query = query
        self._prefixes = query.prefixes[:PREFIXES_MOST]
        self._before = before
        self._candidates: list[ResultPlace] = []
        self._segments: list[_Segment] = []
        self._messages_at_once = MESSAGES_FIRST
        self._seen: set[int] = set()
        self.titles: list[Any] = []
        """The conversations used last, for the first page."""
        self.found: list[Hit] = []
        self.last: ResultPlace | None = None
        """The last one that was held against its text."""

    async def fill(self, count: int) -> bool:
        """Find so many; False where there are no more. Raises SegmentGone."""
        sources: Sources = await self._database.read(
            rows.sources, self._user_id, self._prefixes, self._before
        )
        self.titles = sources.titles
        self._add([*sources.unread, *sources.pending])
        self._segments = [_Segment(row, micros(row.last_at)) for row in sources.segments]
        texts = 0
        while len(self.found) < count and texts < TEXTS_MOST:
            # As many as a page wants, and more where texts did not have what the index promised.
            enough = TEXTS_AT_ONCE if texts else min(count, TEXTS_AT_ONCE)
            missing = enough - len(self._candidates)
            since = self._candidates[-enough][0] if missing <= 0 else None
            due = [
                segment
                for segment in self._segments
                if segment.until is not None and (since is None or segment.until >= since)
            ]
            if due:
                await self._look(due, enough, missing, since)
            elif self._candidates:
                texts += await self._read(min(enough, TEXTS_MOST - texts))
            else:
                return False
        return True

    def _add(self, places: Sequence[ResultPlace]) -> None:
        before = self._before
        for place in places:
            if place[1] not in self._seen and (before is None or place < before):
                self._seen.add(place[1])
                self._candidates.append(place)
        self._candidates.sort()

    async def _read(self, most: int) -> int:
        """Hold candidates against their texts: those that are later than all that is left."""
        floor = max(
            (segment.until for segment in self._segments if segment.until is not None),
            default=None,
        )
        places: list[ResultPlace] = []
        while self._candidates and len(places) < most:
            if floor is not None and self._candidates[-1][0] <= floor:
                break
            places.append(self._candidates.pop())
        ids = [id for _, id in places]
        shown = await self._database.read(rows.shown, self._user_id, ids)
        texts = {id: row.content for id, row in shown.items()}
        if sum(map(len, texts.values())) <= SHORT_CHARACTERS:
            snippets = self._snippets(texts)
        else:
            snippets = await asyncio.to_thread(self._snippets, texts)
        self.found += [
            Hit(place, shown[place[1]], snippet)
            for place in places
            if (snippet := snippets.get(place[1])) is not None
        ]
        self.last = places[-1]
        return len(places)

    def _snippets(self, texts: dict[int, str]) -> dict[int, Snippet | None]:
        return {id: self._query.snippet(text) for id, text in texts.items()}

    async def _look(
        self, due: list[_Segment], enough: int, missing: int, since: int | None
    ) -> None:
        opened = [segment for segment in due if segment.numbers is not None]
        if opened:
            if since is None:
                opened = _first_with(opened, missing)
            await self._take(opened, enough, since)
            return
        sizes = accumulate(segment.row.size for segment in due)
        fresh = [
            segment
            for segment, size in zip(due, sizes, strict=True)
            if size - segment.row.size < self._messages_at_once
        ]
        self._messages_at_once *= GROWTH
        first, *others = self._prefixes
        data = await self._blocks(fresh, [first])
        found = await asyncio.to_thread(_first_hits, fresh, data, first)
        for some in batched(others, PREFIXES_AT_ONCE):
            many = [segment for segment in fresh if len(found[segment.row.id]) > FEW]
            if not many:
                break
            more = await self._blocks(many, some)
            found |= await asyncio.to_thread(_common_hits, many, more, some, found)
        for segment in fresh:
            begins = directory(data[segment.row.id, DIRECTORY])
            segment.candidates_are(found[segment.row.id], begins, self._before)

    async def _blocks(self, segments: Sequence[_Segment], prefixes: Sequence[str]) -> Blocks:
        """Their blocks for these prefixes, and their directories."""
        wanted = [
            (segment.row.id, block)
            for segment in segments
            for block in {DIRECTORY, *(block_of(each, segment.row.tier) for each in prefixes)}
        ]
        data = await self._database.read(rows.blocks, self._user_id, wanted)
        if any((segment.row.id, DIRECTORY) not in data for segment in segments):
            raise SegmentGone
        return data

    async def _take(self, segments: Sequence[_Segment], enough: int, since: int | None) -> None:
        parts = [
            (segment, part) for segment in segments for part in segment.next_parts(enough, since)
        ]
        wanted = [(segment.row.id, part) for segment, part in parts]
        data = await self._database.read(rows.blocks, self._user_id, wanted)
        if len(data) < len(wanted):
            raise SegmentGone
        self._add(
            [
                place
                for segment, part in parts
                for place in segment.take(part, data[segment.row.id, part])
            ]
        )


def _first_with(segments: Sequence[_Segment], count: int) -> list[_Segment]:
    """Those with the latest candidates, as many as have so many of them."""
    latest = sorted(segments, key=lambda segment: segment.until or 0, reverse=True)
    ends = accumulate(len(segment.numbers or ()) for segment in latest)
    return latest[: 1 + sum(1 for end in ends if end < count)]


def _first_hits(segments: Sequence[_Segment], data: Blocks, prefix: str) -> Hits:
    """Of each segment the messages that have tokens beginning so."""
    found: Hits = {}
    for segment in segments:
        key = (segment.row.id, block_of(prefix, segment.row.tier))
        found[segment.row.id] = _hits(data.get(key), prefix)
    return found


def _common_hits(
    segments: Sequence[_Segment], data: Blocks, prefixes: Sequence[str], found: Hits
) -> Hits:
    """Those found that have tokens beginning with all others, too; of few the text decides. Small
    blocks are opened first: most of the time goes into that."""
    common: Hits = {}
    for segment in segments:
        id, tier = segment.row.id, segment.row.tier
        left = found[id]
        blocks = [(data.get((id, block_of(prefix, tier)), b""), prefix) for prefix in prefixes]
        for block, prefix in sorted(blocks, key=lambda pair: len(pair[0])):
            if len(left) <= FEW:
                break
            fewer, more = sorted((left, _hits(block, prefix)), key=len)
            left = set(fewer).intersection(more)
        common[id] = left
    return common


def _hits(block: bytes | None, prefix: str) -> Collection[int]:
    return TokenBlock.read(block).beginning_with(prefix) if block else ()
