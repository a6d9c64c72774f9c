"""The index: what it holds and what not, who sees it, how large it is, and how it is made anew."""

import asyncio
import random
import secrets
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, literal, select, update
from sqlalchemy.engine import URL

from app.database import table_of
from app.models import (
    Base,
    Conversation,
    Message,
    SearchBlock,
    SearchPending,
    SearchSegment,
    utc_now,
)
from app.services.search import rows
from app.services.search.block import BLOCKS, DIRECTORY
from app.services.search.unread import oldest
from tests.conftest import StartServer
from tests.search.heaps import do, engine_of, heap_up, read_everything, segments, until
from tests.search.test_search import ids, said
from tests.support.backups import backup, command, done, refused, restore
from tests.support.databases import fresh_database
from tests.support.plans import plan_of, walks_along
from tests.support.server import Person, RunningServer, running_server
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

BYTES_PER_500_CHARACTERS = 1_500
LONG_AGO = timedelta(days=400)

_message = table_of(Message)
_conversation = table_of(Conversation)
_pending = table_of(SearchPending)
_block = table_of(SearchBlock)


async def test_another_process_finds_it_with_its_next_query(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    here, there = await start_server(), await start_server()
    ada = await here.person_with_model(upstream.url)
    same = Person(there, ada.id, ada.name, ada.token, ada.refresh_token)
    conversation = await ada.conversation()
    for _ in range(5):
        word = secrets.token_hex(8)
        question, reply = await said(ada, conversation, f"看 {word}")
        assert await ids(same, word) == [reply, question]


async def test_what_was_rolled_back_is_never_found(
    server: RunningServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    await said(ada, conversation, "a first one")
    word = secrets.token_hex(8)

    def try_in_vain() -> None:
        with engine_of(database_url) as engine, engine.connect() as connection:
            new = {"conversation_id": conversation, "sender": "user", "content": word}
            connection.execute(insert(_message).values(**new, timestamp=utc_now()))
            connection.rollback()

    await asyncio.to_thread(try_in_vain)
    assert await ids(ada, word) == []
    await server.app.state.services.reader.read_new()
    assert await ids(ada, word) == []


async def test_thoughts_are_not_searched(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url, "reasoning")
    _, reply = await said(ada, await ada.conversation(), "hello")
    assert await ids(ada, "Done thinking") == [reply]
    assert await ids(ada, '"Let me"') == []
    await server.app.state.services.reader.read_new()
    assert await ids(ada, '"Let me"') == []


async def test_a_continued_reply_is_found_by_all_of_it(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "at_length")
    _, reply = await said(ada, await ada.conversation(), "hello")
    for _ in range(2):
        await server.app.state.services.reader.read_new()
        await ada.set_model(upstream.url, "at_length")
        assert (await ada.post(f"/messages/{reply}/continue")).status_code == 200
        assert await ids(ada, '"more more"') == [reply]
        await server.app.state.services.reader.read_new()
        assert await ids(ada, '"more more"') == [reply]


@pytest.mark.databases("sqlite")
async def test_it_is_small(start_server: StartServer, database_url: str) -> None:
    server = await start_server()
    ada = await server.register()
    pick = random.Random(5)
    await asyncio.to_thread(do, database_url, heap_up, ada.id, pick, 1_500, 500)
    await read_everything(database_url)

    def sizes(connection: Connection) -> tuple[int, int, int]:
        """Characters of all messages, bytes of pending rows, and bytes of blocks."""
        characters = (
            select(func.sum(func.char_length(_message.c.content)))
            .join(_conversation, _conversation.c.id == _message.c.conversation_id)
            .where(_conversation.c.user_id == ada.id)
        )
        pending = select(func.sum(func.length(_pending.c.tokens))).where(
            _pending.c.user_id == ada.id
        )
        blocks = select(func.sum(func.length(_block.c.data))).where(_block.c.user_id == ada.id)
        found = [connection.execute(query).scalar_one() for query in (characters, pending, blocks)]
        return int(found[0]), int(found[1]), int(found[2])

    characters, pending, blocks = await asyncio.to_thread(do, database_url, sizes)
    sealed = characters * 2 // 3
    assert blocks * 500 / sealed <= BYTES_PER_500_CHARACTERS
    assert pending * 500 / (characters - sealed) <= BYTES_PER_500_CHARACTERS * 1.5


async def test_what_is_purged_is_in_no_table(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    server = await start_server()
    ada = await server.person_with_model(upstream.url)
    pick = random.Random(6)
    marker = secrets.token_hex(12)
    await asyncio.to_thread(do, database_url, heap_up, ada.id, pick, 600)
    gone = await ada.conversation()
    await said(ada, gone, f"a secret {marker}")
    kept = await ada.conversation("its first words would be its title for a while")
    branch = (await said(ada, kept, f"another {marker} message"))[0]
    await asyncio.to_thread(do, database_url, heap_up, ada.id, pick, 500)
    await read_everything(database_url)
    assert await asyncio.to_thread(do, database_url, segments, ada.id)
    assert marker in await asyncio.to_thread(do, database_url, everything, ada.id)

    await ada.request("DELETE", f"/conversations/{gone}")
    await ada.request("DELETE", f"/messages/{branch}")
    await asyncio.to_thread(do, database_url, age, ada.id)
    await server.app.state.services.purger.purge()
    await read_everything(database_url)
    assert marker not in await asyncio.to_thread(do, database_url, everything, ada.id)
    assert await ids(ada, marker) == []


def age(connection: Connection, user_id: int) -> None:
    """Make all deletions of a user older than they are."""
    then = utc_now() - LONG_AGO
    mine = select(_conversation.c.id).where(_conversation.c.user_id == user_id)
    deleted = update(_conversation).where(
        _conversation.c.user_id == user_id, _conversation.c.deleted_at.is_not(None)
    )
    connection.execute(deleted.values(deleted_at=then))
    marks = Base.metadata.tables["message_deletion"]
    its = update(marks).where(marks.c.conversation_id.in_(mine))
    connection.execute(its.values(deleted_at=then))


def everything(connection: Connection, user_id: int) -> str:
    """All that the tables hold, blocks opened."""
    found: list[str] = []
    for table in Base.metadata.sorted_tables:
        for row in connection.execute(select(table)):
            for value in row:
                if isinstance(value, bytes):
                    try:
                        value = zlib.decompress(value)
                    except zlib.error:
                        pass
                    value = value.decode("utf-8", "replace")
                found.append(str(value))
    return "\n".join(found)


async def test_what_is_asked_goes_along_indexes(server: RunningServer, database_url: str) -> None:
    ada = await server.register()
    pick = random.Random(8)
    await asyncio.to_thread(do, database_url, heap_up, ada.id, pick, 2_100)
    await read_everything(database_url)

    def plans(connection: Connection) -> list[str]:
        whole = segments(connection, ada.id)
        keys = [(segment.id, number) for segment in whole for number in (DIRECTORY, 3, 7)]
        assert all(number < BLOCKS[0] for _, number in keys)
        wanted = [literal(number) for key in keys for number in key]
        mine = {"of_user": ada.id}
        before = {"before_at": utc_now(), "before_id": 1}
        pending = rows.pending_with(1, is_first=False)
        return [
            plan_of(connection, rows.blocks_of(wanted).params(mine)),
            plan_of(connection, pending.params(mine | before | {"sought_0": b"x"})),
            plan_of(connection, oldest(_message.c.id > 1).limit(9)),
            plan_of(connection, rows.UNREAD.params(mine)),  # type: ignore[arg-type]
        ]

    found = await asyncio.to_thread(do, database_url, plans)
    for plan in found:
        assert "SCAN search" not in plan and "SCAN message" not in plan, plan
        assert "SCAN generation" not in plan and "'ALL'" not in plan, plan
        assert "Table scan" not in plan.replace("Table scan on <temporary>", ""), plan
    assert walks_along("idx_message_unread", found[2]), found[2]


@pytest.fixture
def own_database(database_server: URL, tmp_path: Path) -> Iterator[str]:
    with fresh_database(database_server, tmp_path) as url:
        yield url


async def test_a_restored_backup_has_it_made_anew(
    own_database: str, tmp_path: Path, upstream: ScriptedUpstream
) -> None:
    url = own_database
    async with running_server(database_url=url, data_dir=tmp_path) as server:
        ada = await server.person_with_model(upstream.url)
        pick = random.Random(9)
        await asyncio.to_thread(do, url, heap_up, ada.id, pick, 1_100)
        message, reply = await said(ada, await ada.conversation(), "marked")
        await read_everything(url)
    file = tmp_path / "one.backup"
    header = await asyncio.to_thread(backup, url, file)
    assert not {name for name in header.rows if name.startswith("search_") or name == "job"}
    await asyncio.to_thread(restore, url, file)
    assert await asyncio.to_thread(do, url, unread) == 1_102
    async with running_server(database_url=url, data_dir=tmp_path) as server:
        ada = await server.log_in(ada.name, "correct horse battery", ada.id)
        await read_everything(url)
        assert await ids(ada, "marked") == [reply, message]
        assert len(await asyncio.to_thread(do, url, segments, ada.id)) == 1


def unread(connection: Connection) -> int:
    """How many messages the index has not read."""
    its = select(func.count()).where(_message.c.search_state.is_(None))
    return int(connection.execute(its).scalar_one())


@pytest.mark.databases("sqlite")
async def test_it_is_made_anew_by_the_command_line(
    tmp_path: Path, upstream: ScriptedUpstream, start_server: StartServer
) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"

    async def run(*words: str) -> Any:
        return await asyncio.to_thread(command, tmp_path, url, *words)

    server = await start_server(database_url=url)
    ada = await server.person_with_model(upstream.url)
    await asyncio.to_thread(do, url, heap_up, ada.id, random.Random(2), 1_200)
    found = await said(ada, await ada.conversation(), "marked")
    await read_everything(url)
    before = await asyncio.to_thread(do, url, segments, ada.id)
    assert (
        done(await run("search", "rebuild", "--user", ada.name))
        == "1202 messages were read again\n"
    )
    after = await asyncio.to_thread(do, url, segments, ada.id)
    assert len(after) == 1 and after[0].id != before[0].id
    assert await ids(ada, "marked") == [*found[::-1]]
    assert done(await run("search", "rebuild")) == "1202 messages were read again\n"
    assert await ids(ada, "marked") == [*found[::-1]]
    refused(await run("search", "rebuild", "--user", "nobody"), "nobody")
    assert "up to date" in (await run("doctor")).stdout


_segment = table_of(SearchSegment)


async def test_what_others_purge_is_found_out_within_a_day(
    start_server: StartServer, database_url: str
) -> None:
    server = await start_server()
    ada = await server.register()
    await asyncio.to_thread(do, database_url, heap_up, ada.id, random.Random(4), 1_000)
    await read_everything(database_url)

    def purge_like_the_release_before(connection: Connection) -> None:
        first = select(_conversation.c.id).where(_conversation.c.user_id == ada.id).limit(1)
        id = connection.execute(first).scalar_one()
        connection.execute(_message.delete().where(_message.c.conversation_id == id))
        long_ago = update(_segment).where(_segment.c.user_id == ada.id)
        connection.execute(long_ago.values(checked_at=utc_now() - timedelta(days=2)))

    await asyncio.to_thread(do, database_url, purge_like_the_release_before)
    await start_server()  # looks over everything at start

    def is_made_anew(connection: Connection) -> bool:
        return [each.size for each in segments(connection, ada.id)] == [900]

    await until(database_url, is_made_anew)
    await read_everything(database_url)
