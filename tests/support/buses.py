"""The kinds of bus that a test can have here, and how several servers in one process meet on it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.redis import RedisServer, missing, redis_server

BUSES = ["local"] if missing() else ["local", "redis"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A path of a Unix socket has at most 107 bytes."""
    with TemporaryDirectory(prefix="bus", dir="/tmp") as name:
        yield Path(name)


@asynccontextmanager
async def meeting(
    kind: str, count: int, folder: Path, monkeypatch: pytest.MonkeyPatch, redis: RedisServer | None
) -> AsyncIterator[dict[str, object]]:
    """The settings of servers that meet on a bus of this kind; none where it is none of BUSES.

    As one of `count` workers each is told its place by WORKER_INDEX, which is left to the caller.
    `redis`: None for a server of their own.
    """
    if kind == "local":
        monkeypatch.setenv("WORKERS_FOLDER", str(folder))
        monkeypatch.setenv("WORKER_COUNT", str(count))
        monkeypatch.setenv("WORKER_LIFE", "1")
    if kind != "redis":
        yield {}
    elif redis is not None:
        yield {"redis_url": redis.url()}
    else:
        async with redis_server() as own:
            yield {"redis_url": own.url()}
