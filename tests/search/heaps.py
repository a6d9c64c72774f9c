"""Many messages of a user, put into the database as the release before leaves them: unread."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, func, insert, select

from app.config import Settings
from app.database import table_of
from app.migration import sync_engine
from app.models import Conversation, Job, Message, SearchSegment, utc_now
from tests.faults.watching import eventually
from tests.support.server import ENCRYPTION_KEY, SECRET_KEY

_message = table_of(Message)
_conversation = table_of(Conversation)
_job = table_of(Job)
_segment = table_of(SearchSegment)

WORDS = (
    "我們 今天 討論 如何 實現 全文 搜索 引擎 的 了 是 在 不 有 這個 問題 數據庫 索引 簡體 東京 "
    "路線 天氣 Python getUserName snake_case HTTPServer search index the a of to and café "
    "naïve ＦＵＬＬ カタカナ ひらがな 한국어 문장 ภาษาไทย 😀 👨‍👩‍👧 C++ "
    "a->b <img onerror=x> %_ 。 ， ！ \n"
).split(" ")


@contextmanager
def engine_of(database_url: str) -> Iterator[Engine]:
    """The database as tests look into it."""
    engine = _engine(database_url)
    try:
        yield engine
    finally:
        engine.dispose()


def _engine(database_url: str) -> Engine:
    return sync_engine(
        Settings(
            _env_file=None,
            database_url=database_url,
            secret_key=SecretStr(SECRET_KEY),
            encryption_key=SecretStr(ENCRYPTION_KEY),
        )
    )


def some_text(pick: random.Random, characters: int) -> str:
    """A mixed text of about so many characters, with rare words among the common ones."""
    parts: list[str] = []
    length = 0
    while length < characters:
        rare = "".join(chr(pick.randint(0x4E00, 0x9FA5)) for _ in range(2))
        word = pick.choice([*WORDS[: pick.randint(1, len(WORDS))], rare])
        parts.append(word + pick.choice(["", "", " "]))
        length += len(parts[-1])
    return "".join(parts).strip() or "x"


def heap_up(
    connection: Connection, user_id: int, pick: random.Random, count: int, characters: int = 40
) -> None:
    """So many messages in conversations of a hundred, said at any time of some years."""
    now = utc_now()
    for start in range(0, count, 100):
        title = {"title": f"heap {start}", "title_source": "user"}
        times = {"created_at": now, "updated_at": now}
        made = connection.execute(insert(_conversation).values(user_id=user_id, **title, **times))
        begun = datetime(2021, 1, 1, tzinfo=UTC) + timedelta(seconds=pick.randrange(10**8))
        rows: list[dict[str, Any]] = [
            {
                "conversation_id": made.inserted_primary_key[0],  # type: ignore[index]
                "sender": "ai" if number % 2 else "user",
                "content": some_text(pick, pick.randint(1, 2 * characters)),
                "timestamp": begun + timedelta(seconds=pick.randrange(10**6)),
            }
            for number in range(min(100, count - start))
        ]
        connection.execute(insert(_message), rows)


def do[T](database_url: str, work: Callable[..., T], *args: Any) -> T:
    """The result of `work(connection, …)`, committed."""
    with engine_of(database_url) as engine:
        return _in(engine, work, *args)


def _in[T](engine: Engine, work: Callable[..., T], *args: Any) -> T:
    with engine.begin() as connection:
        return work(connection, *args)


async def read_everything(database_url: str) -> None:
    """Wait until the index has everything."""
    await until(database_url, is_read)


async def until(database_url: str, holds: Callable[..., bool], *args: Any) -> None:
    """Wait until something is so in the database."""
    engine = await asyncio.to_thread(_engine, database_url)

    async def is_so() -> bool:
        return await asyncio.to_thread(_in, engine, holds, *args)

    try:
        await eventually(is_so)
    finally:
        await asyncio.to_thread(engine.dispose)


def is_read(connection: Connection) -> bool:
    """Whether the index has everything, and nothing is to be done about it."""
    unread = select(func.count()).where(_message.c.search_state.is_(None))
    jobs = select(func.count()).select_from(_job)
    return not connection.execute(unread).scalar() and not connection.execute(jobs).scalar()


def segments(connection: Connection, user_id: int) -> list[Any]:
    """A user's segments."""
    return [*connection.execute(select(_segment).where(_segment.c.user_id == user_id))]
