"""What a cache in Redis could save: what requests read again and again, out of the database and out
of Redis, by one process in the same run."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import orjson
from redis.asyncio import Redis

from app.config import Settings
from app.database import Database, open_database
from app.services.auth.account import as_user, find_account
from app.services.conversations.list_rows import PageRequest, page_of
from app.services.endpoints.models import usable
from app.utils.tokens import read_access_token
from benchmarks.figures import median
from benchmarks.lab import Lab
from benchmarks.servers import SETTINGS, Server
from tests.support.redis import missing, redis_server

READS, AT_ONCE, ROUNDS = 200, 10, 7
CHATS = 50
PAGE = PageRequest(30, 0, None, 0)
Read = Callable[[], Awaitable[object]]


async def cached(lab: Lab) -> None:
    """Wall time and CPU of this process for each read, ten at a time: a server's are never alone.

    `found anew` is what the database answers, `as stored` the same out of Redis.
    """
    if missing():
        return
    for name in lab.databases:
        async with lab.chat_server(name, users=1) as server, redis_server() as stored:
            await server.furnish(lab.upstream.url)
            for _ in range(CHATS):
                await server.conversation(server.users[0])
            settings = SETTINGS | {"DATABASE_URL": server.database_url}
            database = open_database(Settings.model_validate(settings))
            redis = Redis.from_url(stored.url())
            try:
                for what, read in (await _reads(server, database, redis)).items():
                    await _note(lab, f"{what}: {name}", read)
            finally:
                await redis.aclose()
                await database.close()


async def _reads(server: Server, database: Database, redis: Redis) -> dict[str, Read]:
    (user,) = server.users
    claims = read_access_token(SETTINGS["SECRET_KEY"], user.token)
    account = orjson.dumps(await database.read(find_account, claims))
    models = await database.read(usable, user.id, None)
    await redis.mset({"account": account, "models": models})

    async def stored_account() -> object:
        return orjson.loads(await redis.get("account") or b"")

    since = timedelta(days=30)
    return {
        "the account and its session, found anew": lambda: database.read(find_account, claims),
        "the account and its session, as stored": stored_account,
        f"{len(models)} bytes of models, found anew": lambda: database.read(usable, user.id, None),
        f"{len(models)} bytes of models, as stored": lambda: redis.get("models"),
        "a page of chats with its account": lambda: database.read(
            as_user, claims, page_of, PAGE, since
        ),
        "a page of chats alone": lambda: database.read(page_of, user.id, PAGE, since),
    }


async def _note(lab: Lab, what: str, read: Read) -> None:
    async def reader() -> None:
        for _ in range(READS // AT_ONCE):
            await read()

    took, spent = [], []
    for _ in range(ROUNDS):
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(reader() for _ in range(AT_ONCE)))
        took.append((time.perf_counter() - began) / READS * 1e6)
        spent.append((time.process_time() - cpu) / READS * 1e6)
    lab.note(f"{what}, each of {AT_ONCE} at once", median(took), "µs")
    lab.note(f"{what}, this process", median(spent), "µs CPU")
