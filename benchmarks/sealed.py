"""The index of very many messages, put into a database by SQL: to have it made takes an hour."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import Connection, insert

from app.database import table_of
from app.models import SearchBlock, SearchPending, SearchSegment, utc_now
from app.services.search.block import (
    BLOCKS,
    DIRECTORY,
    MEMBERS,
    SIZES,
    block_of,
    micros,
    packed_directory,
    packed_members,
    packed_tokens,
    part_of,
)
from app.services.search.words import packed, tokens

ROWS_AT_ONCE = 200

type Said = tuple[int, datetime, str]
"""A message's id, when it was said in UTC without saying so, and its text."""


def add_sealed(connection: Connection, user_id: int, said: Iterator[Said], count: int) -> None:
    """The index of so many messages, the oldest first, as it is when they came one by one."""
    left = count
    for tier in reversed(range(len(SIZES))):
        while left >= SIZES[tier]:
            _add_segment(connection, user_id, tier, [*islice(said, SIZES[tier])])
            left -= SIZES[tier]
    pending = [
        {
            "user_id": user_id,
            "message_id": id,
            "said_at": at.replace(tzinfo=UTC),
            "state": 1,
            "tokens": packed(text),
        }
        for id, at, text in said
    ]
    if pending:
        connection.execute(insert(table_of(SearchPending)), pending)


def _add_segment(connection: Connection, user_id: int, tier: int, said: Sequence[Said]) -> None:
    times = [at.replace(tzinfo=UTC) for _, at, _ in said]
    ids = [id for id, _, _ in said]
    segment = {
        "user_id": user_id,
        "tier": tier,
        "size": len(said),
        "first_at": times[0],
        "last_at": times[-1],
        "lowest_id": min(ids),
        "highest_id": max(ids),
        "is_whole": 1,
        "checked_at": utc_now(),
    }
    made = connection.execute(insert(table_of(SearchSegment)).values(**segment))
    key = {"user_id": user_id, "segment_id": made.inserted_primary_key[0]}  # type: ignore[index]
    blocks = iter([*_token_blocks(tier, said), *_member_blocks(ids, [*map(micros, times)])])
    while some := [{**key, "block": no, "data": data} for no, data in islice(blocks, ROWS_AT_ONCE)]:
        connection.execute(insert(table_of(SearchBlock)), some)


def _token_blocks(tier: int, said: Sequence[Said]) -> Iterator[tuple[int, bytes]]:
    postings: dict[int, dict[bytes, list[int]]] = {
        no: defaultdict(list) for no in range(BLOCKS[tier])
    }
    for number, (_, _, text) in enumerate(said):
        for token in tokens(text):
            postings[block_of(token, tier)][token.encode()].append(number)
    return ((no, packed_tokens(its)) for no, its in postings.items() if its)


def _member_blocks(ids: Sequence[int], times: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    yield DIRECTORY, packed_directory(times[::MEMBERS])
    for start in range(0, len(ids), MEMBERS):
        part = slice(start, start + MEMBERS)
        yield part_of(start), packed_members(ids[part], times[part])
