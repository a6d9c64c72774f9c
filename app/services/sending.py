"""The transaction that keeps a message and begins its reply."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select, update

from app.database import table_of
from app.errors import (
    ClientIdReused,
    ConversationNotFound,
    DailyLimitReached,
    InvalidToken,
    Language,
    ModelNotConfigured,
    ReplyInProgress,
    TooManyReplies,
)
from app.models import (
    Conversation,
    DefaultModelUse,
    Generation,
    Message,
    ModelConfig,
    User,
    utc_now,
)
from app.schemas.message import Exchange, MessageRead, MessageStatus
from app.services.config_service import SavedEndpoint
from app.services.conversation_service import find_owned, mark_deleted
from app.services.generation.live_reply import Opening
from app.services.message_service import opening_of

SECONDS_PER_DAY = 86_400

_conversation = table_of(Conversation)
_message = table_of(Message)
_generation = table_of(Generation)
_config = table_of(ModelConfig)
_user = table_of(User)
_use = table_of(DefaultModelUse)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many replies of a user run at once, and messages a day to the default model (0: any)."""

    replies_per_user: int
    default_model_daily: int


@dataclass(frozen=True, slots=True)
class Request:
    """One message to be sent; `title` is for a conversation that has none of its own yet."""

    user_id: int
    conversation_id: int
    content: str
    client_id: str | None
    title: str
    owner: str
    default_endpoint: SavedEndpoint | None
    language: Language


@dataclass(frozen=True, slots=True)
class Begun:
    """A reply whose rows are in place. `title` is the conversation's new one, where it changed."""

    generation_id: int
    message_id: int
    endpoint: SavedEndpoint
    opening: Opening
    title: str | None
    wants_title: bool


@dataclass(frozen=True, slots=True)
class Attached:
    """The reply that an earlier request with the same `client_id` had begun."""

    message_id: int


def begin(connection: Connection, request: Request, limits: Limits) -> Begun | Attached:
    """Keep the message and begin its reply, or find the reply it already had.

    The conversation's row is locked first, so that of two senders one comes second and sees the
    other's reply.
    """
    conversation = _lock(connection, request)
    known = _known(connection, request)
    if known is not None:
        return known
    now = utc_now()
    endpoint = _endpoint(connection, request, limits, now)
    user_message = _insert_message(
        connection, request, now, "user", conversation.leaf_id, request.content
    )
    reply = _insert_message(
        connection, request, now, "ai", user_message.id, "", endpoint.model_name
    )
    generation = connection.execute(
        insert(_generation).values(
            message_id=reply.id,
            conversation_id=request.conversation_id,
            running_conversation_id=request.conversation_id,
            user_id=request.user_id,
            owner=request.owner,
            started_at=now,
        )
    )
    title = request.title if conversation.title_source == "default" else None
    _touch(connection, request, now, title)
    return Begun(
        generation.inserted_primary_key[0],  # type: ignore[index]
        reply.id,
        endpoint,
        opening_of(Exchange(message=user_message, reply=reply), request.client_id),
        title,
        wants_title=conversation.title_source in ("default", "words"),
    )


def _lock(connection: Connection, request: Request) -> Row[Any, Any]:
    leaf = (
        select(func.max(_message.c.id))
        .where(_message.c.conversation_id == request.conversation_id, _message.c.active == 1)
        .scalar_subquery()
    )
    row = connection.execute(
        select(_conversation.c.title_source, leaf.label("leaf_id"))
        .where(
            _conversation.c.id == request.conversation_id,
            _conversation.c.user_id == request.user_id,
            _conversation.c.deleted_at.is_(None),
        )
        .with_for_update()
    ).first()
    if row is None:
        raise ConversationNotFound
    return row


def _known(connection: Connection, request: Request) -> Attached | None:
    if request.client_id is None:
        return None
    sent = connection.execute(
        select(_message.c.id, _message.c.sender, _message.c.content).where(
            _message.c.conversation_id == request.conversation_id,
            _message.c.client_id == request.client_id.encode(),
        )
    ).first()
    if sent is None:
        return None
    if sent.sender != "user" or sent.content != request.content:
        raise ClientIdReused
    reply = select(func.min(_message.c.id)).where(
        _message.c.conversation_id == request.conversation_id, _message.c.parent_id == sent.id
    )
    return Attached(connection.execute(reply).scalar_one())


def _endpoint(
    connection: Connection, request: Request, limits: Limits, now: datetime
) -> SavedEndpoint:
    """Where the message goes, if this user may send one now."""
    row = connection.execute(
        select(_user.c.yn, _config.c.base_url, _config.c.model_name, _config.c.encrypted_api_key)
        .select_from(_user.outerjoin(_config, _config.c.user_id == _user.c.id))
        .where(_user.c.id == request.user_id)
        .with_for_update()  # one send of a user at a time, or the count below lies
    ).first()
    if row is None or row.yn != 1:
        raise InvalidToken
    default = request.default_endpoint if row.base_url is None else None
    if row.base_url is None and default is None:
        raise ModelNotConfigured
    _check_running(connection, request, limits)
    if default is not None:
        _count_default(connection, request.user_id, limits, now)
        return default
    return SavedEndpoint(request.user_id, row.base_url, row.model_name, row.encrypted_api_key)


def _check_running(connection: Connection, request: Request, limits: Limits) -> None:
    rows = connection.execute(
        select(_generation.c.running_conversation_id).where(
            _generation.c.user_id == request.user_id,
            _generation.c.running_conversation_id.is_not(None),
        )
    )
    running = set(rows.scalars())
    if request.conversation_id in running:
        raise ReplyInProgress
    if len(running) >= limits.replies_per_user:
        raise TooManyReplies


def _count_default(connection: Connection, user_id: int, limits: Limits, now: datetime) -> None:
    if limits.default_model_daily == 0:
        return
    seconds = int(now.timestamp())
    day, used_today = divmod(seconds, SECONDS_PER_DAY)
    key = (_use.c.user_id == user_id, _use.c.day == day)
    used = connection.execute(select(_use.c.messages).where(*key)).scalar()
    if used is None:
        connection.execute(insert(_use).values(user_id=user_id, day=day, messages=1))
    elif used < limits.default_model_daily:
        connection.execute(update(_use).where(*key).values(messages=used + 1))
    else:
        raise DailyLimitReached(retry_after=SECONDS_PER_DAY - used_today)


def _insert_message(
    connection: Connection,
    request: Request,
    now: datetime,
    sender: Literal["user", "ai"],
    parent_id: int | None,
    content: str,
    model_name: str | None = None,
) -> MessageRead:
    by_user = sender == "user"
    status: MessageStatus = "complete" if by_user else "generating"
    client_id = request.client_id.encode() if by_user and request.client_id else None
    result = connection.execute(
        insert(_message).values(
            conversation_id=request.conversation_id,
            sender=sender,
            content=content,
            timestamp=now,
            parent_id=parent_id,
            status=status,
            model_name=model_name,
            client_id=client_id,
        )
    )
    return MessageRead.model_construct(
        id=result.inserted_primary_key[0],  # type: ignore[index]
        sender=sender,
        content=content,
        timestamp=now,
        status=status,
        parent_id=parent_id,
        version=1,
        versions=1,
        model_name=model_name,
        finish_reason=None,
    )


def _touch(connection: Connection, request: Request, now: datetime, title: str | None) -> None:
    values: dict[str, Any] = {
        "updated_at": now,
        "message_count": _conversation.c.message_count + 2,
    }
    if title is not None:
        values |= {"title": title, "title_source": "words"}
    same = _conversation.c.id == request.conversation_id
    connection.execute(update(_conversation).where(same).values(**values))


def request_stop(connection: Connection, user_id: int, conversation_id: int) -> None:
    """Ask the writer of the conversation's reply, in whatever process, to stop it."""
    find_owned(connection, user_id, conversation_id)
    ask_to_stop(connection, conversation_id)


def delete(connection: Connection, user_id: int, conversation_id: int) -> None:
    """Take the conversation out of sight and ask for the end of its running reply."""
    mark_deleted(connection, user_id, conversation_id)
    ask_to_stop(connection, conversation_id)


def ask_to_stop(connection: Connection, conversation_id: int) -> None:
    """Mark the running reply; its writer looks at every tick. The caller checked the owner."""
    connection.execute(
        update(_generation)
        .where(_generation.c.running_conversation_id == conversation_id)
        .values(stop_requested=1)
    )
