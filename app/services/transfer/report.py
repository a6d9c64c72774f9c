"""The report of an import: what became of each conversation of its file."""

from typing import Any

import orjson
from sqlalchemy import Connection, and_, select

from app.database import table_of
from app.models import Conversation, Import, ImportItem
from app.schemas.imports import ImportItemPage, ImportItemRead, ImportNote, ItemResult
from app.services.transfer.import_rows import find_own

_import = table_of(Import)
_item = table_of(ImportItem)
_conversation = table_of(Conversation)


def page(
    connection: Connection,
    user_id: int,
    import_id: int,
    result: ItemResult | None,
    limit: int,
    after: int,
) -> ImportItemPage:
    """The items behind a position, of one result or of all; ImportNotFound. Conversations that are
    gone or deleted are not named."""
    done = find_own(connection, user_id, import_id).done
    there = and_(
        _conversation.c.id == _item.c.conversation_id,
        _conversation.c.user_id == user_id,
        _conversation.c.deleted_at.is_(None),
    )
    items = (
        select(_item, _conversation.c.id.label("there"))
        .select_from(_item.outerjoin(_conversation, there))
        .where(_item.c.import_id == import_id, _item.c.position > after, _item.c.position < done)
    )
    if result is not None:
        items = items.where(_item.c.result == result)
    rows = connection.execute(items.order_by(_item.c.position).limit(limit + 1)).all()
    cursor = str(rows[limit - 1].position) if len(rows) > limit else None
    return ImportItemPage(items=[_read(row) for row in rows[:limit]], cursor=cursor)


def _read(row: Any) -> ImportItemRead:
    return ImportItemRead(
        source_id=row.source_id,
        title=row.title,
        result=row.result,
        why=row.why,
        conversation_id=row.there,
        notes=[ImportNote(**note) for note in orjson.loads(row.notes or "[]")],
    )
