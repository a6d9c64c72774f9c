"""Which part of a conversation a model is shown. Estimates only: no network, no vocabulary."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, select

from app.database import table_of
from app.models import Conversation, Message

MESSAGE_TOKENS = 4
CHARACTERS_PER_TOKEN = 4
WIDE_FROM = 0x2E80
"""CJK and everything above: about one token a character; below, about one for four."""
PAGE = 40

GO_ON = (
    "Your last message was cut off. Go on exactly where it ends, in the same language, "
    "without repeating anything and without any introduction."
)

Prompt = list[dict[str, str]]

_message = table_of(Message)
_conversation = table_of(Conversation)


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the path shown."""

    sender: Literal["user", "ai"]
    content: str


def estimate_tokens(text: str) -> int:
    """About how many tokens a text is, on the high side."""
    wide = sum(1 for character in text if ord(character) >= WIDE_FROM)
    return MESSAGE_TOKENS + wide + (len(text) - wide + 3) // CHARACTERS_PER_TOKEN


def read_prompt(
    connection: Connection, conversation_id: int, last_message_id: int, budget: int
) -> Prompt:
    """The prompt for a reply to `last_message_id`: as much of the past as `budget` tokens hold."""
    system = connection.execute(
        select(_conversation.c.system_prompt).where(_conversation.c.id == conversation_id)
    ).scalar_one()
    said: list[Said] = []
    tokens, below = 0, last_message_id + 1
    while tokens <= budget:
        rows = connection.execute(
            select(_message.c.id, _message.c.sender, _message.c.content)
            .where(
                _message.c.conversation_id == conversation_id,
                _message.c.active == 1,
                _message.c.id < below,
            )
            .order_by(_message.c.id.desc())
            .limit(PAGE)
        ).all()
        said += [Said(row.sender, row.content) for row in rows]
        tokens += sum(estimate_tokens(row.content) for row in rows)
        if len(rows) < PAGE:
            break
        below = rows[-1].id
    return build_prompt(reversed(said), system, budget)


def prompt_to_continue(prompt: Prompt) -> Prompt:
    """The prompt with a last word that asks for more of a reply that was broken off."""
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
    kept: list[dict[str, str]] = []
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
