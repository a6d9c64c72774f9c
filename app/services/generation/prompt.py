"""A prompt, made of messages by the room that there is for them. No I/O."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from app.services.generation.attached import NO_FILES, Files, joined, piece_tokens
from app.services.messages.estimate import estimate_tokens
from app.services.upstream.types import Prompt

GO_ON = (
    "Your last message was cut off. Go on exactly where it ends, in the same language, "
    "without repeating anything and without any introduction."
)

type Said = Sequence[Any]
"""One message of the path shown: its sender, its text, its tokens as kept with it (None where they
have to be estimated), and what else was read. A plain tuple, as there may be thousands."""


def prompt_tokens(prompt: Prompt) -> int:
    """About how many tokens a prompt is, on the high side."""
    return sum(piece_tokens(message["content"]) for message in prompt)


def prompt_to_continue(prompt: Prompt) -> Prompt:
    """The prompt with a last message that asks to continue a reply that was broken off."""
    if prompt[-1]["role"] != "assistant":
        return prompt
    return [*prompt, {"role": "user", "content": GO_ON}]


def system_prompt_in(prompt: Prompt) -> str | None:
    """The system prompt that a prompt begins with."""
    return str(prompt[0]["content"]) if prompt[0]["role"] == "system" else None


def build_prompt(said: Sequence[Said], system_prompt: str | None, budget: int) -> Prompt:
    """Messages, oldest first, as a prompt: the newest whole turns that fit, roles alternating.

    Empty replies (failed ones) are left out, and the questions around them joined, save those that
    do not fit. The newest question is always there, however long it is, and so is the system
    prompt.
    """
    kept, _ = fitted(said, system_prompt, budget)
    return with_system(system_prompt, kept)


def fitted(
    said: Sequence[Said], system_prompt: str | None, budget: int
) -> tuple[Sequence[Said], int]:
    """The messages that a prompt is made of, and about how many tokens it is."""
    system = estimate_tokens(system_prompt) if system_prompt else 0
    tokens = _tokens(said)
    if tokens > budget - system:
        said = _whole_turns(said, budget - system)
        tokens = _tokens(said)
    return said, system + tokens


def with_system(system_prompt: str | None, said: Sequence[Said], files: Files = NO_FILES) -> Prompt:
    system: Prompt = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return system + _joined(said, files)


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


def _joined(said: Sequence[Said], files: Files) -> Prompt:
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
            continue
        if files and (held := files.get(message[4])):
            content = [*held, content]
        if asked:
            prompt[-1]["content"] = joined(prompt[-1]["content"], content)
        else:
            prompt.append({"role": "user", "content": content})
            asked = True
    return prompt
