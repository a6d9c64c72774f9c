"""Which part of a conversation a model is shown. Estimates only: no network, no vocabulary."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, bindparam, func, select

from app.database import table_of
from app.models import Conversation, Message
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

_conversation_id = bindparam("in_conversation", type_=_conversation.c.id.type)
_SYSTEM_PROMPT = select(_conversation.c.system_prompt).where(_conversation.c.id == _conversation_id)
_shown = shown(_conversation_id)
_LENGTHS_BELOW = (
    select(_message.c.id, _message.c.sender, func.char_length(_message.c.content).label("length"))
    .where(_shown, _message.c.id < bindparam("below"))
    .order_by(_message.c.id.desc())
    .limit(PAGE)
)
_BETWEEN = (
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


def read_prompt(
    connection: Connection, conversation_id: int, last_message_id: int, budget: int
) -> Prompt:
    """The prompt for a reply to `last_message_id`: as much of the past as `budget` tokens hold."""
    here = {"in_conversation": conversation_id}
    system = connection.execute(_SYSTEM_PROMPT, here).scalar_one()
    first = _first_that_may_fit(connection, conversation_id, last_message_id, budget)
    rows = connection.execute(_BETWEEN, {**here, "first": first, "last": last_message_id})
    return build_prompt([Said(row.sender, row.content) for row in rows], system, budget)


def _first_that_may_fit(
    connection: Connection, conversation_id: int, last_message_id: int, budget: int
) -> int:
    """The oldest message worth reading; the newest question always is, whatever its length.

    Judged by lengths alone: a text has at least one token per four characters, and reading
    megabytes only to leave them out would delay everybody.
    """
    first, below = last_message_id, last_message_id + 1
    tokens, has_question = 0, False
    while True:
        values = {"in_conversation": conversation_id, "below": below}
        rows = connection.execute(_LENGTHS_BELOW, values).all()
        for row in rows:
            tokens += MESSAGE_TOKENS + row.length // CHARACTERS_PER_TOKEN
            if tokens > budget and has_question:
                return first
            first, has_question = row.id, has_question or row.sender == "user"
        if len(rows) < PAGE:
            return first
        below = first


def prompt_to_continue(prompt: Prompt) -> Prompt:
    """The prompt with a last message that asks to continue a reply that was broken off."""
    if prompt[-1]["role"] != "assistant":
        return prompt
    return [*prompt, {"role": "user", "content": GO_ON}]


def build_prompt(said: Iterable[Said], system_prompt: str | None, budget: int) -> Prompt:
    """Messages, oldest first, as a prompt: the newest whole turns that fit, roles alternating.

    Empty replies (failed ones) are left out, and the questions around them joined. The newest
    turn is always there, however long it is, and so is the system prompt.
    """
    turns = _turns(said)
    left = budget - (estimate_tokens(system_prompt) if system_prompt else 0)
    kept: Prompt = []
    for turn in reversed(turns):
        left -= sum(estimate_tokens(message["content"]) for message in turn)
        if kept and left < 0:
            break
        kept = turn + kept
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return system + kept


def _turns(said: Iterable[Said]) -> list[Prompt]:
    turns: list[Prompt] = []
    for message in said:
        if message.sender == "user":
            if turns and turns[-1][-1]["role"] == "user":
                turns[-1][-1]["content"] += "\n\n" + message.content
            else:
                turns.append([{"role": "user", "content": message.content}])
        elif message.content and turns and turns[-1][-1]["role"] == "user":
            turns[-1].append({"role": "assistant", "content": message.content})
    return turns
