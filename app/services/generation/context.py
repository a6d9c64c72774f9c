"""Which part of a conversation a model is shown. Estimates only: no network, no vocabulary."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from sqlalchemy import Connection, and_, bindparam, func, select

from app.database import table_of
from app.engines.prepared import Prepared
from app.models import Conversation, Message, ModelWindow, utc_now
from app.services.messages.tree import shown
from app.services.upstream.types import Prompt

MESSAGE_TOKENS = 4
CHARACTERS_PER_TOKEN = 4
NARROW_BYTES = bytes(range(0xE2))
"""In UTF-8, characters from U+2000 on begin with another byte: CJK and everything above, with the
dashes and quotes below it. Those are about one token each; of the others, four."""
PAGE = 40

GO_ON = (
    "Your last message was cut off. Go on exactly where it ends, in the same language, "
    "without repeating anything and without any introduction."
)

_message = table_of(Message)
_conversation = table_of(Conversation)
_window = table_of(ModelWindow)

_conversation_id = bindparam("in_conversation", type_=_conversation.c.id.type)
_ABOUT = Prepared(
    select(_conversation.c.system_prompt, _window.c.tokens)
    .select_from(
        _conversation.outerjoin(
            _window,
            and_(
                _window.c.user_id == _conversation.c.user_id,
                _window.c.model_key == bindparam("of_model", type_=_window.c.model_key.type),
                _window.c.expires_at > bindparam("now", type_=_window.c.expires_at.type),
            ),
        )
    )
    .where(_conversation.c.id == _conversation_id)
)
_shown = shown(_conversation_id)
_LENGTHS_BELOW = Prepared(
    select(_message.c.id, _message.c.sender, func.char_length(_message.c.content).label("length"))
    .where(_shown, _message.c.id < bindparam("below"))
    .order_by(_message.c.id.desc())
    .limit(PAGE)
)
_BETWEEN = Prepared(
    select(_message.c.sender, _message.c.content)
    .where(_shown, _message.c.id.between(bindparam("first"), bindparam("last")))
    .order_by(_message.c.id)
)


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the path shown."""

    sender: Literal["user", "ai"]
    content: str


def estimate_tokens(text: str) -> int:
    """About how many tokens a text is, on the high side."""
    wide = len(text.encode(errors="replace").translate(None, NARROW_BYTES))
    return MESSAGE_TOKENS + wide + (len(text) - wide + 3) // CHARACTERS_PER_TOKEN


def prompt_tokens(prompt: Prompt) -> int:
    """About how many tokens a prompt is, on the high side."""
    return sum(estimate_tokens(message["content"]) for message in prompt)


def read_prompt(
    connection: Connection, conversation_id: int, last_message_id: int, budget: int, model: bytes
) -> Prompt:
    """The prompt for a reply to `last_message_id`: as much of the past as `budget` tokens hold, and
    as the model with this key has been found to take."""
    here = {"in_conversation": conversation_id}
    about = _ABOUT.first(connection, {**here, "of_model": model, "now": utc_now()})
    budget = min(budget, about.tokens or budget)
    first = _first_that_may_fit(connection, conversation_id, last_message_id, budget)
    rows = _BETWEEN.all(connection, {**here, "first": first, "last": last_message_id})
    return build_prompt(
        [Said(row.sender, row.content) for row in rows], about.system_prompt, budget
    )


def _first_that_may_fit(
    connection: Connection, conversation_id: int, last_message_id: int, budget: int
) -> int:
    """The oldest message worth reading; the newest question always is, whatever its length.

    Judged by lengths alone: a text has at least one token per four characters, and reading
    megabytes only to leave them out would delay everybody. A question that got no answer is passed
    over where it is too long: it may have been refused for just that.
    """
    first, below = last_message_id, last_message_id + 1
    tokens, has_question, answered = 0, False, False
    while True:
        values = {"in_conversation": conversation_id, "below": below}
        rows = _LENGTHS_BELOW.all(connection, values)
        for row in rows:
            below = row.id
            more = tokens + MESSAGE_TOKENS + row.length // CHARACTERS_PER_TOKEN
            is_question = row.sender == "user"
            skipped = more > budget and has_question
            if skipped and (answered or not is_question):
                return first
            if not skipped:
                first, tokens = row.id, more
            has_question |= is_question
            answered = not is_question and row.length > 0
        if len(rows) < PAGE:
            return first


def prompt_to_continue(prompt: Prompt) -> Prompt:
    """The prompt with a last message that asks to continue a reply that was broken off."""
    if prompt[-1]["role"] != "assistant":
        return prompt
    return [*prompt, {"role": "user", "content": GO_ON}]


def build_prompt(said: Iterable[Said], system_prompt: str | None, budget: int) -> Prompt:
    """Messages, oldest first, as a prompt: the newest whole turns that fit, roles alternating.

    Empty replies (failed ones) are left out, and the questions around them joined, save those that
    do not fit. The newest question is always there, however long it is, and so is the system
    prompt.
    """
    left = budget - (estimate_tokens(system_prompt) if system_prompt else 0)
    kept: list[Prompt] = []
    for turn in reversed(_turns(said)):
        cost = prompt_tokens(turn)
        if kept and cost > left:
            if len(turn) > 1:
                break
            continue
        left -= cost
        kept.append(turn)
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return system + _joined(reversed(kept))


def _turns(said: Iterable[Said]) -> list[Prompt]:
    """Questions, each with its answer where it got one."""
    turns: list[Prompt] = []
    for message in said:
        if message.sender == "user":
            turns.append([{"role": "user", "content": message.content}])
        elif message.content and turns and turns[-1][-1]["role"] == "user":
            turns[-1].append({"role": "assistant", "content": message.content})
    return turns


def _joined(turns: Iterable[Prompt]) -> Prompt:
    """Turns as one prompt, with questions that follow each other as one message."""
    prompt: Prompt = []
    for message in chain.from_iterable(turns):
        if prompt and prompt[-1]["role"] == message["role"]:
            prompt[-1]["content"] += "\n\n" + message["content"]
        else:
            prompt.append(message)
    return prompt
