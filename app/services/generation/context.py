"""Which part of a conversation a model is shown, by estimates."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Connection, String, bindparam, case, func, select, type_coerce

from app.database import table_of
from app.engines.prepared import Prepared, PreparedIn
from app.models import Message, ModelWindow, utc_now
from app.services.messages.estimate import CHARACTERS_PER_TOKEN, MESSAGE_TOKENS, estimate_tokens
from app.services.messages.tree import shown
from app.services.upstream.types import Prompt

PAGE = 40
MOST_OF_A_PAGE = 1_000
SHORT_TOKENS = 500
"""What is longer is read only once it is known that it may fit."""

GO_ON = (
    "Your last message was cut off. Go on exactly where it ends, in the same language, "
    "without repeating anything and without any introduction."
)

_message = table_of(Message)
_window = table_of(ModelWindow)

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
_NEWEST = Prepared(
    select(
        type_coerce(_message.c.sender, String).label("sender"),
        case((_least <= SHORT_TOKENS, _message.c.content)).label("content"),
        _message.c.tokens,
        _least.label("least"),
        _message.c.id,
        _learned.label("window"),
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


type Said = Sequence[Any]
"""One message of the path shown: its sender, its text, its tokens as kept with it (None where they
have to be estimated), and what else was read. A plain tuple, as there may be thousands."""


@dataclass(frozen=True, slots=True)
class Past:
    """What a prompt is made of: a conversation down to a message, with its system prompt, for a
    user's model, which is known by its key."""

    conversation_id: int
    last_message_id: int
    system_prompt: str | None
    user_id: int
    model_key: bytes


def prompt_tokens(prompt: Prompt) -> int:
    """About how many tokens a prompt is, on the high side."""
    return sum(estimate_tokens(message["content"]) for message in prompt)


def read_prompt(connection: Connection, past: Past, budget: int) -> Prompt:
    """The prompt for a reply: as much of the past as `budget` tokens hold, and as the model has
    been found to take."""
    newest, budget = _newest(connection, past, budget)
    if long := [row[4] for row in newest if row[1] is None]:
        texts = {row.id: row.content for row in _LONG.all(connection, long)}
        newest = [
            (row[0], texts.get(row[4], ""), row[2]) if row[1] is None else row for row in newest
        ]
    return build_prompt(newest[::-1], past.system_prompt, budget)


def _newest(connection: Connection, past: Past, budget: int) -> tuple[list[Said], int]:
    """The messages worth reading, newest first, and the budget; the newest question always is,
    whatever its length.

    Judged by what is kept of them, else by their length alone: a text has at least one token per
    four characters, and reading megabytes only to leave them out would delay everybody.
    """
    values = {
        "in_conversation": past.conversation_id,
        "of_user": past.user_id,
        "of_model": past.model_key,
        "now": utc_now(),
    }
    kept: list[Said] = []
    below, most = past.last_message_id + 1, PAGE
    while True:
        rows = _NEWEST.tuples(connection, {**values, "below": below, "most": most})
        kept += rows
        if rows and (window := rows[0][5]) is not None:
            budget = min(budget, window)
        is_full = False
        tokens = _least_tokens(kept)
        if tokens > budget:
            kept, is_full = _fitting(kept, budget)
            tokens = _least_tokens(kept)
        if is_full or len(rows) < most:
            return kept, budget
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


def prompt_to_continue(prompt: Prompt) -> Prompt:
    """The prompt with a last message that asks to continue a reply that was broken off."""
    if prompt[-1]["role"] != "assistant":
        return prompt
    return [*prompt, {"role": "user", "content": GO_ON}]


def system_prompt_in(prompt: Prompt) -> str | None:
    """The system prompt that a prompt begins with."""
    return prompt[0]["content"] if prompt[0]["role"] == "system" else None


def build_prompt(said: Sequence[Said], system_prompt: str | None, budget: int) -> Prompt:
    """Messages, oldest first, as a prompt: the newest whole turns that fit, roles alternating.

    Empty replies (failed ones) are left out, and the questions around them joined, save those that
    do not fit. The newest question is always there, however long it is, and so is the system
    prompt.
    """
    left = budget - (estimate_tokens(system_prompt) if system_prompt else 0)
    if _tokens(said) > left:
        said = _whole_turns(said, left)
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return system + _joined(said)


def _tokens(said: Sequence[Said]) -> int:
    return sum([message[2] or estimate_tokens(message[1]) for message in said])


def _whole_turns(said: Sequence[Said], left: int) -> list[Said]:
    """The newest whole turns that fit, and the newest in any case."""
    kept: list[list[Said]] = []
    for turn in reversed(_turns(said)):
        cost = _tokens(turn)
        if kept and cost > left:
            if len(turn) > 1:
                break
            continue
        left -= cost
        kept.append(turn)
    return [*chain.from_iterable(reversed(kept))]


def _turns(said: Sequence[Said]) -> list[list[Said]]:
    """Questions, each with its answer where it got one."""
    turns: list[list[Said]] = []
    for message in said:
        if message[0] == "user":
            turns.append([message])
        elif message[1] and turns and len(turns[-1]) == 1:
            turns[-1].append(message)
    return turns


def _joined(said: Sequence[Said]) -> Prompt:
    """Messages as one prompt, with questions that follow each other as one message; of answers the
    first that says something."""
    prompt: Prompt = []
    asked = False
    for message in said:
        content = message[1]
        if message[0] != "user":
            if asked and content:
                prompt.append({"role": "assistant", "content": content})
                asked = False
        elif asked:
            prompt[-1]["content"] += "\n\n" + content
        else:
            prompt.append({"role": "user", "content": content})
            asked = True
    return prompt
