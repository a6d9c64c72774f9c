"""Links as their owners have them: made, changed, listed and ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from app.database import table_of
from app.engines.index import along
from app.errors import ConversationNotFound, InvalidInput, ListFull, ShareNotFound
from app.models import Conversation, Message, Share, ShareMessage, utc_now
from app.schemas.share import ConversationShares, ShareCreate, ShareList, ShareRead, ShareUpdate
from app.services.audit.events import AuditAction, record
from app.services.conversations.rows import find_owned
from app.services.conversations.shares import end_shares
from app.services.files.rows import hold_owner
from app.services.sharing import snapshot

SHARES_MOST = 500

_share = table_of(Share)
_copy = table_of(ShareMessage)
_conversation = table_of(Conversation)
_message = table_of(Message)
_leaf = _message.alias("leaf")
_last = _message.alias("last")
_leaf_id = (
    select(func.max(_leaf.c.id))
    .where(_leaf.c.conversation_id == _share.c.conversation_id, _leaf.c.active == 1)
    .scalar_subquery()
)
_run = select(_last.c.run).where(_last.c.id == _share.c.last_message_id).scalar_subquery()
_is_same = and_(
    _leaf_id == _share.c.last_message_id,
    _run == _share.c.last_run,
    _conversation.c.title == _share.c.title,
)
_told = func.coalesce(_is_same, False).label("is_same")


def good(now: datetime) -> ColumnElement[bool]:
    """The links that are not over at a time, as far as their own rows say it."""
    unexpired = or_(_share.c.expires_at.is_(None), _share.c.expires_at > now)
    return and_(_share.c.ended_at.is_(None), unexpired)


def _of_user(user_id: int, *which: ColumnElement[bool]) -> Select[Any]:
    return (
        select(_share, _told)
        .join(_conversation, _conversation.c.id == _share.c.conversation_id)
        .where(
            _share.c.user_id == user_id,
            good(utc_now()),
            _conversation.c.deleted_at.is_(None),
            *which,
        )
    )


def create(
    connection: Connection,
    user_id: int,
    conversation_id: int,
    token_hash: bytes,
    wanted: ShareCreate,
    lifetime: timedelta,
) -> ShareRead:
    """A new link to what is shown of a conversation now; `lifetime`: of one for which none is
    given. Raises ConversationNotFound, InvalidInput, ListFull, and as `snapshot.measure`."""
    now = utc_now()
    row = find_owned(connection, user_id, conversation_id, lock=True)
    hold_owner(connection, user_id)
    mine = select(func.count()).where(_share.c.user_id == user_id, good(now))
    if connection.execute(mine).scalar_one() >= SHARES_MOST:
        raise ListFull(SHARES_MOST)
    expires_at: datetime | None = now + lifetime
    if "expires_at" in wanted.model_fields_set:
        expires_at = _in_future(wanted.expires_at, now)
    held = snapshot.measure(connection, conversation_id)
    new = insert(_share).values(
        user_id=user_id,
        conversation_id=conversation_id,
        token_hash=token_hash,
        title=row.title,
        reasoning=int(wanted.reasoning),
        without=_to_store(wanted.without),
        messages=held.messages,
        last_message_id=held.last_message_id,
        last_run=held.last_run,
        created_at=now,
        updated_at=now,
        expires_at=expires_at,
    )
    id = int(connection.execute(new).inserted_primary_key[0])  # type: ignore[index]
    snapshot.copy(connection, id, conversation_id)
    snapshot.number_files(connection, id, {*wanted.without})
    record(
        connection,
        AuditAction.SHARE_CREATED,
        user_id,
        conversation_id=conversation_id,
        share_id=id,
    )
    return _read(connection.execute(_of_user(user_id, _share.c.id == id)).one())


def change(connection: Connection, user_id: int, share_id: int, wanted: ShareUpdate) -> ShareRead:
    """Change what is given of a link. Raises ShareNotFound, InvalidInput, and with `update` as
    `snapshot.measure`."""
    now = utc_now()
    found = connection.execute(_of_user(user_id, _share.c.id == share_id)).first()
    if found is None:
        raise ShareNotFound(share_id)
    conversation = _locked(connection, user_id, found.conversation_id, share_id)
    hold_owner(connection, user_id)
    # Once more, behind the locks of those who end links.
    its = select(_share).where(_share.c.id == share_id, good(now)).with_for_update()
    row = connection.execute(its).first()
    if row is None:
        raise ShareNotFound(share_id)
    values: dict[str, Any] = {}
    if "expires_at" in wanted.model_fields_set:
        values["expires_at"] = _in_future(wanted.expires_at, now)
    if wanted.reasoning is not None:
        values["reasoning"] = int(wanted.reasoning)
    if wanted.without is not None:
        values["without"] = _to_store(wanted.without)
    if wanted.update:
        held = snapshot.measure(connection, row.conversation_id)
        snapshot.copy(connection, share_id, row.conversation_id)
        values |= {
            "title": conversation.title,
            "messages": held.messages,
            "last_message_id": held.last_message_id,
            "last_run": held.last_run,
            "updated_at": now,
        }
    if wanted.update or wanted.without is not None:
        without = values.get("without", row.without)
        snapshot.number_files(connection, share_id, {*_stored(without)})
    if values:
        connection.execute(update(_share).where(_share.c.id == share_id).values(**values))
        record(
            connection,
            AuditAction.SHARE_CHANGED,
            user_id,
            conversation_id=row.conversation_id,
            share_id=share_id,
        )
    return _read(connection.execute(_of_user(user_id, _share.c.id == share_id)).one())


def _locked(connection: Connection, user_id: int, conversation_id: int, share_id: int) -> Any:
    try:
        return find_owned(connection, user_id, conversation_id, lock=True)
    except ConversationNotFound:
        raise ShareNotFound(share_id) from None


def end(connection: Connection, user_id: int, share_id: int) -> None:
    """End a link; ShareNotFound."""
    its = (_share.c.id == share_id, good(utc_now()))
    row = connection.execute(_of_user(user_id, _share.c.id == share_id)).first()
    if row is None:
        raise ShareNotFound(share_id)
    about = {"share_id": share_id, "conversation_id": row.conversation_id}
    if not end_shares(connection, user_id, *its, about=about):
        raise ShareNotFound(share_id)


def page_of(
    connection: Connection,
    user_id: int,
    limit: int,
    before_id: int | None = None,
    conversation_id: int | None = None,
    message_id: int | None = None,
) -> ShareList:
    """A user's links below an id, newest first: all, those to a conversation, those that show a
    message."""
    which: list[ColumnElement[bool]] = []
    if before_id is not None:
        which.append(_share.c.id < before_id)
    if conversation_id is not None:
        which.append(_share.c.conversation_id == conversation_id)
    if message_id is not None:
        its = (_copy.c.share_id == _share.c.id, _copy.c.message_id == message_id)
        which.append(exists().where(*its))
    query = _of_user(user_id, *which).order_by(_share.c.id.desc()).limit(limit + 1)
    rows = connection.execute(along(query, _share, "idx_share_user")).all()
    return ShareList(shares=[_read(row) for row in rows[:limit]], has_more=len(rows) > limit)


def of_conversation(
    connection: Connection, user_id: int, conversation_id: int
) -> ConversationShares:
    """All links to a conversation, newest first, and what one would show that is made now;
    ConversationNotFound."""
    row = find_owned(connection, user_id, conversation_id)
    page = page_of(connection, user_id, SHARES_MOST, conversation_id=conversation_id)
    preview = snapshot.preview(connection, conversation_id, row.title)
    return ConversationShares(shares=page.shares, preview=preview)


def _in_future(time: datetime | None, now: datetime) -> datetime | None:
    if time is not None and time <= now:
        raise InvalidInput(where="expires_at")
    return time


def _to_store(without: Sequence[int]) -> str | None:
    return orjson.dumps(sorted({*without})).decode() if without else None


def _stored(without: str | None) -> list[int]:
    return orjson.loads(without) if without else []


def _read(row: Any) -> ShareRead:
    return ShareRead(
        id=row.id,
        conversation_id=row.conversation_id,
        title=row.title,
        messages=row.messages,
        reasoning=bool(row.reasoning),
        without=_stored(row.without),
        views=row.views,
        outdated=not row.is_same,
        created_at=row.created_at,
        updated_at=row.updated_at,
        expires_at=row.expires_at,
    )
