"""Makes the index anew from the messages, at an operator's wish."""

import asyncio
import secrets
from collections.abc import Callable

from sqlalchemy import Connection, func, select, update

from app.config import Settings
from app.database import Database, table_of
from app.models import Conversation, Job, Message, User
from app.services.jobs.rows import wish
from app.services.jobs.service import Jobs
from app.services.search import segments, unread
from app.services.search.reader import BACKFILL, IndexReader
from app.services.search.seal import seal
from app.services.search.segments import SEAL
from app.utils.names import canonical
from app.utils.tasks import stop_tasks

MESSAGES_PER_COMMIT = 500
LOOK_SECONDS = 0.2

_message = table_of(Message)
_conversation = table_of(Conversation)
_user = table_of(User)
_job = table_of(Job)


def find_user(connection: Connection, name: str) -> int | None:
    """The id of the account of this name, in whatever spelling."""
    its = select(_user.c.id).where(_user.c.username_key == canonical(name))
    id: int | None = connection.execute(its).scalar()
    return id


def count(connection: Connection, user_id: int | None) -> int:
    """How many messages there are, of one user or of everybody."""
    its = select(func.count()).select_from(_message)
    if user_id is not None:
        its = its.join(_conversation, _conversation.c.id == _message.c.conversation_id)
        its = its.where(_conversation.c.user_id == user_id)
    return int(connection.execute(its).scalar_one())


async def rebuild(
    database: Database,
    settings: Settings,
    user_id: int | None,
    progress: Callable[[int], None],
) -> None:
    """Let go of the index, of one user or of everybody, and read all messages again; servers may
    run, and help. What is not read again yet is not found."""
    users = [user_id] if user_id else await database.read(segments.users)
    for each in users:
        while await database.write(segments.forget_some, each):
            pass
    after: int | None = 0
    while after is not None:
        after = await database.write(_forget_read, user_id, after)
    await database.write(wish, BACKFILL)
    reader = IndexReader(database, settings.reap_after_seconds)
    jobs = Jobs(
        database,
        f"rebuild-{secrets.token_hex(8)}",
        settings.jobs_at_once,
        LOOK_SECONDS,
        settings.reap_after_seconds,
        {SEAL: seal, BACKFILL: reader.backfill},
    )
    working = asyncio.create_task(jobs.run())
    left = await database.read(unread.count)
    while await database.read(_is_going_on):
        await asyncio.sleep(LOOK_SECONDS)
        now = await database.read(unread.count)
        progress(max(0, left - now))
        left = now
    await stop_tasks(working)


def _forget_read(connection: Connection, user_id: int | None, after: int) -> int | None:
    """Have some messages behind an id read again; the last of them, None where there are none."""
    its = select(_message.c.id).where(_message.c.id > after)
    if user_id is not None:
        its = its.join(_conversation, _conversation.c.id == _message.c.conversation_id)
        its = its.where(_conversation.c.user_id == user_id)
    some = its.order_by(_message.c.id).limit(MESSAGES_PER_COMMIT)
    ids = connection.execute(some).scalars().all()
    if not ids:
        return None
    connection.execute(update(_message).where(_message.c.id.in_(ids)).values(search_state=None))
    return int(ids[-1])


def _is_going_on(connection: Connection) -> bool:
    its = select(_job.c.name).where(_job.c.kind.in_([SEAL, BACKFILL]))
    return connection.execute(its.limit(1)).first() is not None
