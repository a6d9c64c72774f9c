"""Searches what a user and their models said, and titles."""

import asyncio
import time
from typing import Any

from app.database import Database
from app.errors import InvalidInput
from app.metrics import search_seconds
from app.schemas.search import FoundMessage, FoundTitle, SearchResults
from app.services.search.block import time_of
from app.services.search.page import Hit, ResultPage, SegmentGone
from app.services.search.query import Query
from app.services.search.rows import ResultPlace

TITLES = 5
FEW_TITLES = 200
"""So many are looked at in the event loop."""
ATTEMPTS = 5


class SearchService:
    """Finds what is on the paths shown of a user's own conversations."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_warm = False

    async def search(
        self, user_id: int, text: str, limit: int, cursor: str | None
    ) -> SearchResults:
        """Messages that have all that is looked for, the newest first, and on the first page the
        titles that have it. Raises InvalidInput where nothing can be looked for, or for what is no
        cursor."""
        began = time.monotonic()
        if not self._is_warm:
            await asyncio.to_thread(Query.read, text)  # it reads and makes its tables
            self._is_warm = True
        query = Query.read(text)
        if query is None:
            raise InvalidInput(where="q")
        before = None if cursor is None else _place(cursor)
        page, has_more = await self._page(user_id, query, before, limit)
        shown = page.found[:limit]
        last = shown[-1].place if len(page.found) > limit else page.last
        results = SearchResults(
            results=[_found(hit) for hit in shown],
            titles=await _titles(query, page.titles),
            cursor=_cursor(last) if has_more and last else None,
        )
        search_seconds.of().add(time.monotonic() - began)
        return results

    async def _page(
        self, user_id: int, query: Query, before: ResultPlace | None, limit: int
    ) -> tuple[ResultPage, bool]:
        """Begun again where a segment was replaced meanwhile."""
        for attempt in range(ATTEMPTS):
            page = ResultPage(self._database, user_id, query, before)
            try:
                return page, await page.fill(limit + 1)
            except SegmentGone:
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError


async def _titles(query: Query, conversations: list[Any]) -> list[FoundTitle]:
    if len(conversations) <= FEW_TITLES:
        return _with_all(query, conversations)
    return await asyncio.to_thread(_with_all, query, conversations)


def _with_all(query: Query, conversations: list[Any]) -> list[FoundTitle]:
    found: list[FoundTitle] = []
    for row in conversations:
        ranges = query.ranges(row.title)
        if ranges is not None:
            found.append(
                FoundTitle(
                    conversation_id=row.id,
                    title=row.title,
                    archived=bool(row.archived),
                    ranges=[[*each] for each in ranges],
                )
            )
            if len(found) == TITLES:
                break
    return found


def _found(hit: Hit) -> FoundMessage:
    row, snippet = hit.row, hit.snippet
    return FoundMessage(
        conversation_id=row.conversation_id,
        title=row.title,
        message_id=row.id,
        sender=row.sender,
        timestamp=row.timestamp,
        archived=bool(row.archived),
        snippet=snippet.text,
        snippet_start=snippet.start,
        ranges=[[*each] for each in snippet.ranges],
    )


def _cursor(place: ResultPlace) -> str:
    said_at, id = place
    return f"{said_at}-{id}"


def _place(cursor: str) -> ResultPlace:
    said_at, _, id = cursor.rpartition("-")
    try:
        time_of(int(said_at))  # there is such a time
        return int(said_at), int(id)
    except (ValueError, OverflowError):
        raise InvalidInput(where="cursor") from None
