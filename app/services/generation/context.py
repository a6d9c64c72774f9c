"""Which part of a conversation a model is shown, by estimates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, String, bindparam, case, func, select, type_coerce

from app.database import table_of
from app.engines.prepared import Prepared, PreparedIn
from app.models import Conversation, Message, ModelWindow, PromptText, utc_now
from app.services.generation.prompt import Said, fitted, with_system
from app.services.messages.contexts import Unsent, hash_of, left_out
from app.services.messages.cursor import MAX_ID
from app.services.messages.estimate import CHARACTERS_PER_TOKEN, MESSAGE_TOKENS, estimate_tokens
from app.services.messages.tree import shown
from app.services.upstream.types import Prompt

PAGE = 40
MOST_OF_A_PAGE = 1_000
SHORT_TOKENS = 500
"""What is longer is read only once it is known that it may fit."""

_message = table_of(Message)
_window = table_of(ModelWindow)
_text = table_of(PromptText)
_conversation = table_of(Conversation)

# As kept with the message, else what no text of its length is estimated below.
_least = func.coalesce(
    _message.c.tokens, MESSAGE_TOKENS + func.char_length(_message.c.content) // CHARACTERS_PER_TOKEN
)
_learned = (
    select(_window.c.tokens)
    .where(
        _window.c.user_id == bindparam("of_user", type_=_window.c.user_id.type),
        _window.c.model_key == bindparam("of_model", type_=_window.c.model_key.type),
        _window.c.expires_at > bindparam("now", type_=_window.c.expires_at.type),
    )
    .scalar_subquery()
)
_known_text = (
    select(_text.c.id)
    .where(
        _text.c.user_id == bindparam("of_user", type_=_text.c.user_id.type),
        _text.c.hash == bindparam("prompt_hash", type_=_text.c.hash.type),
    )
    .scalar_subquery()
)
_counted = (
    select(_conversation.c.message_count)
    .where(_conversation.c.id == bindparam("in_conversation", type_=_message.c.id.type))
    .scalar_subquery()
)
_NEWEST = Prepared(
    select(
        type_coerce(_message.c.sender, String).label("sender"),
        case((_least <= SHORT_TOKENS, _message.c.content)).label("content"),
        _message.c.tokens,
        _least.label("least"),
        _message.c.id,
        _learned.label("window"),
        _known_text.label("prompt_id"),
        _counted.label("counted"),
    )
    .where(
        shown(bindparam("in_conversation", type_=_message.c.id.type)),
        _message.c.id < bindparam("below"),
    )
    .order_by(_message.c.id.desc())
    .limit(bindparam("most"))
)
_LONG = PreparedIn(
    _message.c.id.type,
    lambda ids: select(_message.c.id, _message.c.content).where(_message.c.id.in_(ids)),
)


@dataclass(frozen=True, slots=True)
class Past:
    """What a prompt is made of: a conversation down to a message, with its system prompt, for a
    user's model, which is known by its key.

    `uncounted`: how many messages that is more than the conversation's `message_count` says.
    `draft`: a question that is not stored, after the last message.
    """

    conversation_id: int
    last_message_id: int
    system_prompt: str | None
    user_id: int
    model_key: bytes
    uncounted: int = 0
    draft: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A prompt, and what of the past it holds: so many messages, the first of them, what was left
    out, and about how many tokens that is. `prompt_id`: of its system prompt, where that is kept.
    """

    prompt: Prompt
    messages: int
    first_message_id: int | None
    last_message_id: int
    left_out: Unsent
    tokens: int
    prompt_id: int | None


class Newest(NamedTuple):
    """The messages worth reading, newest first, those passed over between them, the budget, the id
    of the system prompt's text and how many messages the conversation counts."""

    rows: list[Said]
    passed: list[int]
    budget: int
    prompt_id: int | None
    counted: int


def read_prompt(connection: Connection, past: Past, budget: int) -> Outgoing:
    """The prompt for a reply: as much of the past as `budget` tokens hold, and as the model has
    been found to take."""
    newest = _newest(connection, past, budget)
    rows = newest.rows
    if long := [row[4] for row in rows if row[1] is None]:
        texts = {row.id: row.content for row in _LONG.all(connection, long)}
        rows = [
            (row[0], texts.get(row[4], ""), *row[2:]) if row[1] is None else row for row in rows
        ]
    said = rows[::-1]
    kept, tokens = fitted(said, past.system_prompt, newest.budget)
    return _outgoing(past, newest, said, kept, tokens)


def _outgoing(
    past: Past, newest: Newest, said: list[Said], kept: Sequence[Said], tokens: int
) -> Outgoing:
    first = next((row[4] for row in kept if row[0] == "user"), MAX_ID)
    failed = [row[4] for row in said if not row[1] and row[0] != "user" and row[4] > first]
    over = newest.passed
    if len(kept) < len(said):
        ids = {row[4] for row in kept}.union(failed)
        over = sorted([*over, *[row[4] for row in said if row[4] not in ids]])
    over = [id for id in over if id > first]
    # Of those that were kept, neither failed replies nor answers before the first question.
    messages = sum([bool(row[1]) or row[0] == "user" for row in kept if row[4] >= first])
    before = newest.counted + past.uncounted - messages - len(failed)
    return Outgoing(
        with_system(past.system_prompt, kept),
        messages,
        None if first == MAX_ID else first,
        past.last_message_id,
        left_out(before, over, failed),
        tokens,
        newest.prompt_id,
    )


def _newest(connection: Connection, past: Past, budget: int) -> Newest:
    """The messages worth reading; the newest question always is, whatever its length.

    Judged by what is kept of them, else by their length alone: a text has at least one token per
    four characters, and reading megabytes only to leave them out would delay everybody.
    """
    values = {
        "in_conversation": past.conversation_id,
        "of_user": past.user_id,
        "of_model": past.model_key,
        "now": utc_now(),
        "prompt_hash": hash_of(past.system_prompt),
    }
    kept: list[Said] = []
    if past.draft is not None:
        tokens = estimate_tokens(past.draft)
        kept.append(("user", past.draft, tokens, tokens, MAX_ID))
    passed: list[int] = []
    prompt_id, counted = None, 0
    below, most = past.last_message_id + 1, PAGE
    while True:
        rows = _NEWEST.tuples(connection, {**values, "below": below, "most": most})
        kept += rows
        if rows:
            *_, window, prompt_id, counted = rows[0]
            budget = budget if window is None else min(budget, window)
        is_full = False
        tokens = _least_tokens(kept)
        if tokens > budget:
            tried = kept
            kept, is_full = _fitting(kept, budget)
            fitting = {row[4] for row in kept}
            passed += [row[4] for row in tried if row[4] not in fitting]
            tokens = _least_tokens(kept)
        if is_full or len(rows) < most:
            return Newest(kept, passed, budget, prompt_id, counted)
        below = rows[-1][4]
        # As many as there is room for, if they are like those before.
        most = min(max(PAGE, (budget - tokens) * len(kept) // tokens), MOST_OF_A_PAGE)


def _least_tokens(rows: list[Said]) -> int:
    return sum([row[3] for row in rows])


def _fitting(rows: list[Said], budget: int) -> tuple[list[Said], bool]:
    """Of rows, newest first, those that may fit, and whether older ones cannot.

    A question that got no answer is passed over where it is too long: it may have been refused for
    just that.
    """
    kept: list[Said] = []
    tokens, has_question, answered = 0, False, False
    for row in rows:
        sender, content, _, least, *_ = row
        more, is_question = tokens + least, sender == "user"
        skipped = more > budget and has_question
        if skipped and (answered or not is_question):
            return kept, True
        if not skipped:
            kept.append(row)
            tokens = more
        has_question = has_question or is_question
        answered = not is_question and content != ""
    return kept, False
