"""The transaction that stores a message and begins its reply.

Its statements are built once: building one takes longer than running it, and a reader is waiting
for the first word.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import (
    ConversationNotFound,
    InvalidToken,
    ReplyInProgress,
    TooManyReplies,
)
from app.models import (
    Conversation,
    Generation,
    Message,
    ModelConfig,
    User,
    utc_now,
)
from app.schemas.message import Exchange
from app.schemas.params import Params
from app.services.chat.actions import (
    AS_IT_IS,
    Continue,
    Edit,
    ModelChoice,
    Regenerate,
    ReplyAction,
    Send,
)
from app.services.chat.repeats import find_known
from app.services.chat.turns import Turn, Writing, write_turn
from app.services.conversations.rows import owned
from app.services.endpoints import choice
from app.services.endpoints.carried import WRITTEN, carry_over
from app.services.endpoints.saved import SavedEndpoint
from app.services.generation.context import Outgoing, Past, read_prompt
from app.services.generation.live_reply import Opening
from app.services.generation.opening import opening_of
from app.services.messages.contexts import keep_prompt
from app.services.messages.tree import shown
from app.services.usage.daily import ReplyLimits, count_default

NEW_MESSAGES: dict[type, int] = {Send: 2, Edit: 2, Regenerate: 1, Continue: 0}

_conversation = table_of(Conversation)
_generation = table_of(Generation)
_config = table_of(ModelConfig)
_user = table_of(User)
_message = table_of(Message)

USER_ID = bindparam("of_user", type_=_user.c.id.type)
CONVERSATION_ID = bindparam("in_conversation", type_=_conversation.c.id.type)
_here = _generation.c.running_conversation_id == CONVERSATION_ID
_running = (_generation.c.user_id == USER_ID, _generation.c.running_conversation_id.is_not(None))

_LOCK = Prepared(
    select(
        _conversation.c.title_source,
        _conversation.c.system_prompt,
        _conversation.c.model_id,
        _conversation.c.params,
    )
    .join(_user, _user.c.id == _conversation.c.user_id)
    .where(_conversation.c.id == CONVERSATION_ID, owned(USER_ID))
    .with_for_update()
)
SENDER = Prepared(
    select(
        _user.c.yn,
        _user.c.config_seen,
        _user.c.title_model_id,
        _user.c.custom_instructions,
        WRITTEN,
        *choice.COLUMNS,
        select(func.count()).where(_here).scalar_subquery().label("running_here"),
        select(func.count()).where(*_running).scalar_subquery().label("running"),
        select(func.max(_message.c.id))
        .where(shown(CONVERSATION_ID))
        .scalar_subquery()
        .label("leaf_id"),
    )
    .select_from(choice.with_model(_user.outerjoin(_config, _config.c.user_id == _user.c.id)))
    .where(_user.c.id == USER_ID)
)
_BEGIN = Prepared(
    insert(_generation),
    [
        "message_id",
        "conversation_id",
        "running_conversation_id",
        "user_id",
        "owner",
        "started_at",
    ],
)
_touched = (
    update(_conversation)
    .where(_conversation.c.id == CONVERSATION_ID)
    .values(
        updated_at=bindparam("now"),
        message_count=_conversation.c.message_count + bindparam("more"),
    )
)
_TOUCH = Prepared(_touched)
_TOUCH_AND_TITLE = Prepared(_touched.values(title=bindparam("words"), title_source="words"))


@dataclass(frozen=True, slots=True)
class SendRequest:
    """A reply that is asked for; `title` is for a conversation that has none of its own yet."""

    user_id: int
    conversation_id: int
    action: ReplyAction
    client_id: str | None
    title: str | None
    owner: str
    default_endpoint: SavedEndpoint | None
    choice: ModelChoice = AS_IT_IS


@dataclass(frozen=True, slots=True)
class Begun:
    """A reply whose rows are in place, and what its model is sent. `title` is the conversation's
    new one, where it changed."""

    generation_id: int
    outgoing: Outgoing
    endpoint: SavedEndpoint
    turn: Turn
    opening: Opening
    title: str | None
    wants_title: bool
    title_model_id: int | None
    params: Params


@dataclass(frozen=True, slots=True)
class Attached:
    """The reply that an earlier request with the same `client_id` began, and which run of it."""

    message_id: int
    run: int


def begin(connection: Connection, request: SendRequest, limits: ReplyLimits) -> Begun | Attached:
    """Store the message and begin its reply, or find the reply that it already had.

    The conversation and its user are locked first, so that simultaneous senders come one after the
    other. Only statements after the lock see what the other one did; the locking statement itself
    does not.
    """
    conversation = _lock(connection, request)
    client_id = request.client_id.encode() if request.client_id else None
    if client_id is not None:
        request_hash = request.choice.hash
        known = find_known(
            connection, request.conversation_id, request.action, client_id, request_hash
        )
        if known is not None:
            run = select(_message.c.run).where(_message.c.id == known)
            return Attached(known, connection.execute(run).scalar_one())
    now = utc_now()
    wanted = request.choice.model_id or conversation.model_id
    sender = _sender(connection, request, wanted)
    endpoint = _endpoint(connection, request, sender, wanted, limits, now)
    writing = Writing(
        request.conversation_id,
        sender.leaf_id,
        client_id,
        now,
        endpoint,
        request.choice.hash if client_id else None,
    )
    turn = write_turn(connection, request.action, writing)
    generation_id = _BEGIN.insert(
        connection,
        {
            "message_id": turn.reply.id,
            "conversation_id": request.conversation_id,
            "running_conversation_id": request.conversation_id,
            "user_id": request.user_id,
            "owner": request.owner,
            "started_at": now,
        },
    )
    past = Past(
        request.conversation_id,
        turn.reply.id if isinstance(request.action, Continue) else turn.user_message.id,
        instructions(sender.custom_instructions, conversation.system_prompt),
        request.user_id,
        endpoint.model_key,
        uncounted=1 if isinstance(request.action, Send | Edit) else 0,  # the question
    )
    outgoing = _outgoing(connection, past, endpoint.budget(limits.context_tokens))
    title = request.title if conversation.title_source == "default" else None
    _touch(connection, request, now, title)
    exchange = Exchange(message=turn.user_message, reply=turn.reply)
    return Begun(
        generation_id,
        outgoing,
        endpoint,
        turn,
        opening_of(exchange, request.client_id),
        title,
        wants_title=conversation.title_source in ("default", "words"),
        title_model_id=sender.title_model_id,
        params=request.choice.params_over(conversation.params),
    )


def _outgoing(connection: Connection, past: Past, budget: int) -> Outgoing:
    """What the model is sent, with the text of its instructions kept: its user's row is held."""
    outgoing = read_prompt(connection, past, budget)
    if past.system_prompt is None or outgoing.prompt_id is not None:
        return outgoing
    prompt_id = keep_prompt(connection, past.user_id, past.system_prompt)
    return replace(outgoing, prompt_id=prompt_id)


def _of(request: SendRequest) -> dict[str, Any]:
    return {"of_user": request.user_id, "in_conversation": request.conversation_id}


def _lock(connection: Connection, request: SendRequest) -> Any:
    row = _LOCK.first(connection, _of(request))
    if row is None:
        raise ConversationNotFound(request.conversation_id)
    return row


def _sender(connection: Connection, request: SendRequest, wanted: int | None) -> Any:
    """The user, the model that answers, the replies that run, and the last message shown."""
    values = {**_of(request), **choice.values_of(wanted, request.default_endpoint)}
    sender = SENDER.first(connection, values)
    if sender.config_seen != sender.config_at:  # the version before has written since
        carry_over(connection, request.user_id)
        sender = SENDER.first(connection, values)
    return sender


def _endpoint(
    connection: Connection,
    request: SendRequest,
    sender: Any,
    wanted: int | None,
    limits: ReplyLimits,
    now: datetime,
) -> SavedEndpoint:
    """The endpoint that the message goes to; raises when this user may not send one now."""
    if sender.yn != 1:
        raise InvalidToken
    endpoint = choice.chosen_endpoint(
        sender,
        request.user_id,
        wanted,
        request.default_endpoint,
        is_request=request.choice.model_id is not None,
    )
    if sender.running_here:
        raise ReplyInProgress
    if sender.running >= limits.replies_per_user:
        raise TooManyReplies
    if endpoint.is_shared:
        count_default(connection, request.user_id, limits, now)
    return endpoint


def instructions(*texts: str | None) -> str | None:
    """What the user wants of every model, then what of this conversation's."""
    return "\n\n".join(text for text in texts if text) or None


def _touch(connection: Connection, request: SendRequest, now: datetime, title: str | None) -> None:
    values: dict[str, Any] = {
        "in_conversation": request.conversation_id,
        "now": now,
        "more": NEW_MESSAGES[type(request.action)],
    }
    if title is None:
        _TOUCH.run(connection, values)
    else:
        _TOUCH_AND_TITLE.run(connection, values | {"words": title})
