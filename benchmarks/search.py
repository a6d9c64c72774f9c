"""What it costs to find a message among very many of one user's."""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import batched
from urllib.parse import urlencode

from sqlalchemy import Connection, DateTime, text

from benchmarks.figures import at_most, median, percentile
from benchmarks.flow import quiet
from benchmarks.lab import Lab
from benchmarks.language import CHARACTERS, Language
from benchmarks.rows import Rows
from benchmarks.sealed import Said, add_sealed
from benchmarks.servers import Server, chat_server

FEW = 1_000
INDEXED = 20_000
"""So many, of a third user, are read into the index by the server. That of the many is put there:
it takes an hour."""
LIMIT_MS, FEW_LIMIT_MS = 50.0, 5.0
PER_CONVERSATION = 1_000
MANY = "1000000"
LEFT = text("""
    SELECT (SELECT COUNT(*) FROM message WHERE search_state IS NULL) + (SELECT COUNT(*) FROM job)
""")
SAID = text("""
    SELECT message.id, timestamp, content FROM message
    JOIN conversation ON conversation.id = conversation_id
    WHERE user_id = :user ORDER BY message.id
""").columns(timestamp=DateTime)


async def search(lab: Lab) -> None:
    """CPU of a search by class of query, among many messages and among few; time of the index."""
    many = lab.sizes.account
    for name in lab.databases:
        folder = lab.place()
        url = lab.fresh_database(name, folder)
        language = Language(random.Random(1))
        async with chat_server(
            lab.upstream.url, url, folder, users=3, SEARCH_RATE_LIMIT_PER_MINUTE=MANY
        ) as server:
            with closing(Rows(url)) as rows:
                texts = await asyncio.to_thread(_fill, rows, server, language, many)
                began = time.monotonic()
                before = server.process.cpu_seconds()
                left = 1
                while left:
                    await asyncio.sleep(0.5)
                    left = await asyncio.to_thread(_left, rows)
                taken = server.process.cpu_seconds() - before
                lab.note(
                    f"index of {min(INDEXED, many):,} messages of {CHARACTERS} characters: {name}",
                    taken / (min(INDEXED, many) + FEW) * 1e6,
                    "µs CPU a message",
                )
                lab.note(f"the same, until it was there: {name}", time.monotonic() - began, "s")
            for number, (count, limit) in enumerate([(many, LIMIT_MS), (FEW, FEW_LIMIT_MS)]):
                for query, asked in language.queries(texts).items():
                    costs = [await _cost(server, number, q) for q in ["warm", *asked]][1:]
                    what = f"GET /search of {query}, {count:,} messages, p99: {name}"
                    lab.note(
                        what,
                        percentile(costs, 99),
                        "ms CPU",
                        at_most(limit),
                        percentile(costs, 99) / median(costs),
                        "median",
                    )


def _fill(rows: Rows, server: Server, language: Language, many: int) -> list[str]:
    """Messages of three users, over ten years; some of the texts."""
    some: list[str] = []
    counts = (many, FEW, min(INDEXED, many))
    for user, count, is_read in zip(server.users, counts, (True, False, False), strict=True):
        for batch in batched(language.texts(count), PER_CONVERSATION):
            rows.add_said(user.id, batch, is_read)
            some += batch[:2]
        if is_read:
            with rows.engine.connect() as reading, rows.engine.begin() as connection:
                add_sealed(connection, user.id, _said(reading, user.id), count)
    return some


def _said(connection: Connection, user_id: int) -> Iterator[Said]:
    found = connection.execution_options(stream_results=True).execute(SAID, {"user": user_id})
    return ((row.id, row.timestamp, row.content) for row in found)


def _left(rows: Rows) -> int:
    with rows.engine.connect() as connection:
        return int(connection.execute(LEFT).scalar_one())


async def _cost(server: Server, number: int, q: str) -> float:
    """Milliseconds of CPU of the first page."""
    path = f"/search?{urlencode({'q': q})}"
    with quiet():
        before = server.process.cpu_seconds()
        await server.request(server.users[number], "GET", path)
        return (server.process.cpu_seconds() - before) * 1000
