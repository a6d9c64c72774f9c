"""Galera: processes that start at once on two servers, and the death of the one that writes."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from app.migration import head_revision
from tests.faults.clusters.cluster import Cluster, account_at
from tests.faults.clusters.galera import running_galera
from tests.faults.clusters.outcome import REPLIES, outcome_of
from tests.faults.figures import Note
from tests.faults.statements import execute
from tests.support import cli_process
from tests.support.backups import KEYS
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

NAME = "Galera"
TRIALS = 5
SCHEMA = """SELECT table_name, column_name, column_type, is_nullable, column_default, extra
FROM information_schema.columns WHERE table_schema = '{0}' UNION ALL
SELECT table_name, index_name, column_name, seq_in_index, non_unique, ''
FROM information_schema.statistics WHERE table_schema = '{0}' UNION ALL
SELECT table_name, constraint_name, referenced_table_name, delete_rule, '', ''
FROM information_schema.referential_constraints WHERE constraint_schema = '{0}' ORDER BY 1, 2, 3"""


@pytest.fixture
def galera() -> Iterator[Cluster]:
    with running_galera() as galera:
        yield galera


def schema_at(node: URL, database: str) -> list[tuple[Any, ...]]:
    """All that a database consists of, once the server has what the others have committed."""
    revisions = f"SELECT version_num FROM {database}.alembic_version"
    assert execute(node, "SET wsrep_sync_wait = 15", revisions) == [(head_revision(),)]
    return execute(node, SCHEMA.format(database))


async def migrate_at(node: URL, database: str, folder: Path) -> None:
    """`chat-backend migrate` in a process of its own."""
    url = account_at(node, database)
    ended = await asyncio.to_thread(cli_process.run, folder, "migrate", DATABASE_URL=url, **KEYS)
    assert ended.returncode == 0, ended.stdout + ended.stderr


async def serve_at(stack: AsyncExitStack, node: URL, database: str) -> None:
    """`chat-backend serve` in a process of its own, until it answers."""
    url = account_at(node, database)
    server = await stack.enter_async_context(server_process(url, None, "chat-backend serve"))
    answer = await server.http.get("/health/ready")
    assert answer.status_code == 200, answer.text


async def test_two_processes_start_at_once(galera: Cluster, tmp_path: Path, note: Note) -> None:
    one, other, third = galera.nodes
    await migrate_at(one, "chat", tmp_path)
    alone = await asyncio.to_thread(schema_at, third, "chat")
    for command in ("migrate", "serve"):
        for trial in range(TRIALS):
            database = f"chat_{command}_{trial}"
            create = f"CREATE DATABASE {database} COLLATE utf8mb4_unicode_ci"
            await asyncio.to_thread(execute, one, create)
            async with AsyncExitStack() as stack:
                if command == "migrate":
                    starts = [migrate_at(node, database, tmp_path) for node in (one, other)]
                else:
                    starts = [serve_at(stack, node, database) for node in (one, other)]
                await asyncio.gather(*starts)
            for node in galera.nodes:
                assert await asyncio.to_thread(schema_at, node, database) == alone
        fault = f"two processes ({command}) start at once on two servers: one whole schema"
        note(fault, NAME, "always", f"{TRIALS} of {TRIALS}")
    url = account_at(one)
    ended = await asyncio.to_thread(cli_process.run, tmp_path, "doctor", DATABASE_URL=url, **KEYS)
    assert "Galera, 3 nodes" in ended.stdout
    assert "let one of them take the writes" in ended.stdout


async def test_the_writer_is_killed(
    galera: Cluster, upstream: ScriptedUpstream, tmp_path: Path, note: Note
) -> None:
    async def kill() -> None:
        await galera.kill(galera.nodes[0])

    found = await outcome_of(kill, galera, upstream, tmp_path)
    fault = f"kill -9 of the writer with {REPLIES} replies: replies whole, acknowledged lost"
    note(fault, NAME, f"{REPLIES}, 0", str(found))
    assert (found.whole, found.lost, found.doubled) == (REPLIES, 0, 0)
