"""Whatever happens, a search finds what looking at every text finds."""

import asyncio
import random
import re
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import lru_cache
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from app.database import table_of
from app.models import Conversation, Message, MessageDeletion, utc_now
from app.services.search.fold import fold
from app.services.search.query import Query
from app.services.search.words import begins, ends
from tests.faults.scale import SOAK, scaled
from tests.search.heaps import do, engine_of, heap_up, read_everything, segments, some_text, until
from tests.support.server import Person, RunningServer
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

ACTIONS = scaled(12, 200)
QUERIES_PER_ACTION = scaled(10, 40)
KILLS = scaled(2, 12)
LONG_AGO = timedelta(days=400)

_message = table_of(Message)
_conversation = table_of(Conversation)
_deletion = table_of(MessageDeletion)


class Shown:
    """What is shown to a user, newest first."""

    def __init__(self, connection: Connection, user_id: int) -> None:
        rows = connection.execute(
            select(_message.c.timestamp, _message.c.id, _message.c.content)
            .join(_conversation, _conversation.c.id == _message.c.conversation_id)
            .where(
                _conversation.c.user_id == user_id,
                _conversation.c.deleted_at.is_(None),
                _message.c.active == 1,
            )
        )
        newest = sorted(map(tuple, rows), reverse=True)
        self.messages = [(id, content) for _, id, content in newest]

    def with_all(self, query: Query, most: int) -> list[int]:
        """The newest messages that have all terms."""
        found: list[int] = []
        for id, text in self.messages:
            if all(has(text, *term) for term in query.terms):
                found.append(id)
                if len(found) == most:
                    break
        return found


folded = lru_cache(None)(fold)


def has(text: str, term: str, is_exact: bool) -> bool:
    """Whether a text has a term where a word begins, at any place."""
    whole = folded(text)
    if term not in whole:
        return False
    places = [found.start() for found in re.finditer(f"(?={re.escape(term)})", whole)]
    return any(
        begins(text, whole, at) and (not is_exact or ends(text, whole, at + len(term)))
        for at in places
    )


async def pages(person: Person, q: str, limit: int, most: int) -> list[dict[str, Any]]:
    """The first results, read page by page."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await person.get("/search", params={"q": q, "limit": limit, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["results"]
        if page["cursor"] is None or len(found) >= most:
            return found[:most]
        cursor = {"cursor": page["cursor"]}


def some_query(pick: random.Random, shown: Shown) -> str:
    """A part of a text, or two parts, or something that is nowhere."""
    if pick.random() < 0.1 or not shown.messages:
        return some_text(pick, pick.randint(1, 12))[:12]
    text: str = pick.choice(shown.messages)[1]
    at = pick.randrange(len(text))
    part = text[at : at + pick.randint(1, 12)]
    if pick.random() < 0.1:
        return f'"{part}"'
    if pick.random() < 0.1:
        return f"{part} {text[:3]}"
    return part


async def compare(person: Person, database_url: str, pick: random.Random, queries: int) -> None:
    shown = await asyncio.to_thread(_shown, database_url, person.id)
    for _ in range(queries):
        q = some_query(pick, shown)
        query = Query.read(q)
        if query is None or "\0" in q:
            continue
        most = pick.randint(1, 40)
        limit = pick.randint(min(most, 8), 50)
        found = await pages(person, q, limit, most)
        expected = shown.with_all(query, most)
        assert [each["message_id"] for each in found] == expected, (q, limit)
        texts = dict(shown.messages)
        for each in found[:3]:
            text = texts[each["message_id"]]
            start, snippet = each["snippet_start"], each["snippet"]
            assert text[start : start + len(snippet)] == snippet
            assert each["ranges"]
            for first, last in each["ranges"]:
                assert fold(snippet[first:last]) in {term.text for term in query.terms}


def _shown(database_url: str, user_id: int) -> Shown:
    with engine_of(database_url) as engine, engine.connect() as connection:
        return Shown(connection, user_id)


class Life:
    """What a user does, at random."""

    def __init__(self, person: Person, server: RunningServer, url: str, pick: random.Random):
        self.person, self.server, self.url, self.pick = person, server, url, pick
        self.deleted: list[int] = []

    async def act(self) -> None:
        await self.pick.choice(
            [self.send, self.send, self.edit, self.regenerate, self.switch, self.remove]
            + [self.restore, self.go_on, self.hide, self.branch, self.purge, self.purge_heap]
        )()

    async def _ask(self, path: str, **body: Any) -> None:
        answer = await self.person.post(path, json=body or None)
        assert answer.status_code in (200, 201, 404, 409), answer.text

    async def _some(self, *which: Any) -> Any:
        def read(connection: Connection) -> Any:
            rows = connection.execute(
                select(_message.c.id, _message.c.conversation_id)
                .join(_conversation, _conversation.c.id == _message.c.conversation_id)
                .where(
                    _conversation.c.user_id == self.person.id,
                    _conversation.c.deleted_at.is_(None),
                    *which,
                )
                .order_by(_message.c.id.desc())
                .limit(60)
            ).all()
            return self.pick.choice(rows) if rows else None

        return await asyncio.to_thread(do, self.url, read)

    async def send(self) -> None:
        row = await self._some()
        await self.person.say(row.conversation_id, some_text(self.pick, 30))

    async def edit(self) -> None:
        row = await self._some(_message.c.sender == "user", _message.c.active == 1)
        await self._ask(f"/messages/{row.id}/edit", content=some_text(self.pick, 30))

    async def regenerate(self) -> None:
        row = await self._some(_message.c.sender == "ai", _message.c.parent_id.is_not(None))
        if row:
            await self._ask(f"/messages/{row.id}/regenerate")

    async def switch(self) -> None:
        if row := await self._some(_message.c.active == 0):
            await self._ask(f"/messages/{row.id}/activate")

    async def remove(self) -> None:
        if row := await self._some(_message.c.parent_id.is_not(None)):
            await self.person.request("DELETE", f"/messages/{row.id}")
            self.deleted.append(row.id)

    async def restore(self) -> None:
        if self.deleted:
            await self._ask(f"/messages/{self.deleted.pop()}/restore")

    async def go_on(self) -> None:
        row = await self._some(_message.c.finish_reason == "length")
        if row:
            await self._ask(f"/messages/{row.id}/continue")

    async def hide(self) -> None:
        row = await self._some()
        await self.person.request("DELETE", f"/conversations/{row.conversation_id}")
        if self.pick.random() < 0.5:
            await self._ask(f"/conversations/{row.conversation_id}/restore")

    async def branch(self) -> None:
        row = await self._some()
        await self._ask(f"/messages/{row.id}/branch")

    async def purge(self) -> None:
        def age(connection: Connection) -> None:
            then = utc_now() - LONG_AGO
            gone = update(_conversation).where(_conversation.c.deleted_at.is_not(None))
            connection.execute(gone.values(deleted_at=then))
            connection.execute(update(_deletion).values(deleted_at=then))

        await asyncio.to_thread(do, self.url, age)
        await self.server.app.state.services.purger.purge()

    async def purge_heap(self) -> None:
        """Delete and purge an old conversation, whose messages are in segments."""

        def oldest(connection: Connection) -> Any:
            its = select(_conversation.c.id).where(
                _conversation.c.user_id == self.person.id, _conversation.c.deleted_at.is_(None)
            )
            return connection.execute(its.order_by(_conversation.c.id).limit(1)).scalar()

        id = await asyncio.to_thread(do, self.url, oldest)
        await self.person.request("DELETE", f"/conversations/{id}")
        await self.purge()


def heap_of(backend: str) -> int:
    """A few messages fewer than what is sealed next, and, on one database at least, merged."""
    return 7_990 if backend == "sqlite" or SOAK else 1_990


@pytest.fixture
async def life(
    start_server: Any, upstream: ScriptedUpstream, database_url: str, backend: str
) -> AsyncIterator[Life]:
    server = await start_server(search_rate_limit_per_minute=100_000)
    ada = await server.person_with_model(upstream.url, "at_length")
    pick = random.Random(7)
    await asyncio.to_thread(do, database_url, heap_up, ada.id, pick, heap_of(backend))
    await asyncio.to_thread(do, database_url, heap_up, (await server.register()).id, pick, 1_100)
    await read_everything(database_url)
    yield Life(ada, server, database_url, pick)


async def test_whatever_happens(life: Life, backend: str) -> None:
    tiers = [each.tier for each in await asyncio.to_thread(do, life.url, segments, life.person.id)]
    assert tiers == [0] * (heap_of(backend) // 1_000)
    await compare(life.person, life.url, life.pick, QUERIES_PER_ACTION)
    for _ in range(ACTIONS):
        await life.act()
        await compare(life.person, life.url, life.pick, QUERIES_PER_ACTION)
    await read_everything(life.url)
    whole = await asyncio.to_thread(do, life.url, segments, life.person.id)
    assert all(each.is_whole for each in whole)
    if heap_of(backend) >= 7_990:
        assert 1 in [each.tier for each in whole]
    await compare(life.person, life.url, life.pick, QUERIES_PER_ACTION)


async def test_killed_while_it_seals(database_url: str, upstream: ScriptedUpstream) -> None:
    pick = random.Random(3)
    settings = {"REAP_AFTER_SECONDS": "1", "SEARCH_RATE_LIMIT_PER_MINUTE": "100000"}
    settings["RATE_LIMIT_PER_MINUTE"] = "100000"
    async with server_process(database_url, **settings) as process:
        ada = await process.register()
        await asyncio.to_thread(do, database_url, heap_up, ada.id, pick, 2_200)
        await _seals(database_url, ada.id)
        process.kill(signal.SIGKILL)
        await process.exited()
    for _ in range(KILLS - 1):
        async with server_process(database_url, **settings) as process:
            await _seals(database_url, ada.id)
            await asyncio.sleep(pick.random() * 0.1)
            process.kill(signal.SIGKILL)
            await process.exited()
    async with server_process(database_url, **settings) as process:
        await read_everything(database_url)
        await compare(process.seen_by(ada), database_url, pick, scaled(50, 300))
    whole = await asyncio.to_thread(do, database_url, segments, ada.id)
    assert len(whole) >= 2 and all(each.is_whole for each in whole)


async def _seals(database_url: str, user_id: int) -> None:
    """Wait until a segment is begun, or there is nothing left to seal."""

    def has_begun(connection: Connection) -> bool:
        found = segments(connection, user_id)
        return any(not each.is_whole for each in found) or len(found) >= 2

    await until(database_url, has_begun)
