"""Removes the texts of instructions that no reply is known to have been written by any more."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, exists, select

from app.database import Database, table_of
from app.models import Generation, MessageContext, PromptText, User

TEXTS_PER_READ = 500
TEXTS_PER_COMMIT = 50

_text = table_of(PromptText)
_context = table_of(MessageContext)
_generation = table_of(Generation)
_user = table_of(User)
_is_unused = ~exists().where(_context.c.prompt_id == _text.c.id)


class Unused(NamedTuple):
    """A text that nothing leads to, and whose it is."""

    id: int
    user_id: int


async def purge_prompt_texts(database: Database, pause_seconds: float) -> None:
    """Look at every text, some hundred at a time, and remove those that nothing leads to."""
    after: int | None = 0
    while after is not None:
        after, unused = await database.read(_look, after)
        for start in range(0, len(unused), TEXTS_PER_COMMIT):
            await database.write(_remove, unused[start : start + TEXTS_PER_COMMIT])
            await asyncio.sleep(pause_seconds)
        await asyncio.sleep(pause_seconds)


def _look(connection: Connection, after: int) -> tuple[int | None, list[Unused]]:
    """The last of the next texts, None where they are the last ones, and the unused among them."""
    these = select(_text.c.id).where(_text.c.id > after).order_by(_text.c.id).limit(TEXTS_PER_READ)
    ids = [*connection.execute(these).scalars()]
    unused = select(_text.c.id, _text.c.user_id).where(_text.c.id.in_(ids), _is_unused)
    found = [Unused(*row) for row in connection.execute(unused)]
    return ids[-1] if len(ids) == TEXTS_PER_READ else None, found


def _remove(connection: Connection, unused: Sequence[Unused]) -> None:
    """Remove those that are unused still.

    Their users are locked, as whoever begins a reply does, and one whose reply runs keeps all: the
    text that it was begun with is led to when it ends. Only statements after the lock see what was
    begun and ended before it.
    """
    users = sorted({text.user_id for text in unused})
    held = select(_user.c.id).where(_user.c.id.in_(users)).order_by(_user.c.id)
    connection.execute(held.with_for_update()).all()
    runs = exists().where(
        _generation.c.user_id == _text.c.user_id, _generation.c.running_conversation_id.is_not(None)
    )
    ids = [text.id for text in unused]
    free = select(_text.c.id).where(_text.c.id.in_(ids), _is_unused, ~runs)
    found = [*connection.execute(free).scalars()]
    connection.execute(delete(_text).where(_text.c.id.in_(found)))
