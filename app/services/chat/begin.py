"""The transaction that stores a message and begins its reply.

Its statements are built once: building one takes longer than running it, and a reader is waiting
for the first word.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import (
    ConversationNotFound,
    InvalidToken,
    ReplyInProgress,
    TooManyReplies,
)
from app.models import Conversation, Message, User, utc_now
from app.schemas.message import Exchange, MessageRead
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
from app.services.chat.sender import CONVERSATION_ID, SENDER, USER_ID, instructions
from app.services.chat.turns import Turn, Writing, write_turn
from app.services.conversations.rows import owned
from app.services.conversations.title_text import first_words
from app.services.endpoints import choice
from app.services.endpoints.carried import carry_over
from app.services.endpoints.saved import SavedEndpoint
from app.services.generation.context import Outgoing, Past, read_prompt
from app.services.generation.live_reply import Opening
from app.services.generation.opening import opening_of
from app.services.generation.rows import begin_run
from app.services.messages.contexts import keep_prompt
from app.services.usage.caps import NOTHING_HELD, Ask, Held, hold
from app.services.usage.daily import ReplyLimits, count_default
from app.services.usage.slices import Holding

NEW_MESSAGES: dict[type, int] = {Send: 2, Edit: 2, Regenerate: 1, Continue: 0}

_conversation = table_of(Conversation)
_user = table_of(User)
_message = table_of(Message)

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
    """A reply that is asked for."""

    user_id: int
    conversation_id: int
    action: ReplyAction
    client_id: str | None
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
    held: Held


@dataclass(frozen=True, slots=True)
class Attached:
    """The reply that an earlier request with the same `client_id` began, and which run of it."""

    message_id: int
    run: int


def begin(
    connection: Connection, request: SendRequest, limits: ReplyLimits, holding: Holding
) -> Begun | Attached:
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
    endpoint = _endpoint(connection, request, sender, wanted, limits)
    daily = count_default(connection, request.user_id, limits, now) if endpoint.is_counted else None
    writing = Writing(
        request.user_id,
        request.conversation_id,
        sender.leaf_id,
        client_id,
        now,
        endpoint,
        request.choice.hash if client_id else None,
    )
    turn = write_turn(connection, request.action, writing)
    past = Past(
        request.conversation_id,
        turn.reply.id if isinstance(request.action, Continue) else turn.user_message.id,
        instructions(sender.custom_instructions, conversation.system_prompt),
        request.user_id,
        endpoint.model_key,
        uncounted=1 if isinstance(request.action, Send | Edit) else 0,  # the question
        pictures=endpoint.pictures(limits.context_images),
    )
    outgoing = _outgoing(connection, past, endpoint.budget(limits.context_tokens))
    params = request.choice.params_over(conversation.params)
    held = NOTHING_HELD
    if sender.caps:
        tokens = outgoing.tokens, params.get("max_tokens")
        ask = Ask(request.user_id, endpoint.target, endpoint.priced, *tokens)
        held = hold(connection, ask, holding, now)
    generation_id = begin_run(
        connection,
        request.user_id,
        request.conversation_id,
        turn.reply.id,
        request.owner,
        now,
        endpoint.target,
        endpoint.price,
        outgoing.tokens,
        held,
    )
    title = None
    if conversation.title_source == "default":
        title = _title(request.action) or title_of_files(turn.user_message)
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
        params=params,
        held=held if daily is None else held.besides(*daily),
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
) -> SavedEndpoint:
    """The endpoint that the message goes to; raises when this user may not send one now."""
    if sender.yn != 1:
        raise InvalidToken
    endpoint = choice.chosen_endpoint(
        connection,
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
    return endpoint


def _title(action: ReplyAction) -> str | None:
    """For a conversation that has none of its own yet."""
    return first_words(action.content) if isinstance(action, Send | Edit) else None


def title_of_files(message: MessageRead) -> str | None:
    """What a conversation is called whose first message says nothing and holds files."""
    return message.attachments[0].name if message.attachments else None


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
