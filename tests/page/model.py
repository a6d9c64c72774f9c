"""Scenarios for the page: the model says what it was asked to say, at a quick model's pace."""

import asyncio
import re

from tests.support.upstream_exchange import Exchange, scenario

PIECE_SECONDS = 0.01
FILES = re.compile(r"<file .*?</file>|\[(?:Picture|File) [^]]*\]", re.DOTALL)
"""What stands for files beside a person's words."""
SPOKEN: dict[str, str] = {}
"""What is said to these words of a person; to others, the words themselves."""


@scenario("recite")
async def recite(exchange: Exchange) -> None:
    """Recites; what stands between `<think>` tags is thought."""
    thought, said = parts(exchange)
    await exchange.head()
    for piece in pieces(thought):
        await exchange.delta(None, reasoning_content=piece)
        await asyncio.sleep(PIECE_SECONDS)
    for piece in pieces(said):
        await exchange.delta(piece)
        await asyncio.sleep(PIECE_SECONDS)
    await exchange.finish()


@scenario("recite_at_once")
async def recite_at_once(exchange: Exchange) -> None:
    """As `recite`, for tests to which it does not matter how a reply grows."""
    thought, said = parts(exchange)
    await exchange.head()
    if thought:
        await exchange.delta(None, reasoning_content=thought)
    await exchange.delta(said)
    await exchange.finish()


@scenario("recite_half")
async def recite_half(exchange: Exchange) -> None:
    """As `recite`, but the second half waits until the test releases it."""
    thought, said = parts(exchange)
    await exchange.head()
    if thought:
        await exchange.delta(None, reasoning_content=thought)
    await exchange.delta(said[: len(said) // 2])
    await exchange.upstream.released()
    await exchange.delta(said[len(said) // 2 :])
    await exchange.finish()


@scenario("too_long")
async def too_long(exchange: Exchange) -> None:
    """Has no room even for one message."""
    await exchange.error(400, "The context length is exceeded", "context_length_exceeded")


def parts(exchange: Exchange) -> tuple[str, str]:
    """What is thought and what is said; of files nothing is."""
    words = FILES.sub("", exchange.request.last_user_text).strip() or "I see."
    text = SPOKEN.get(words, words)
    thought, _, said = text.rpartition("</think>")
    return thought.removeprefix("<think>"), said


def pieces(text: str) -> list[str]:
    """Cuts as a tokenizer might: the pieces joined are the text."""
    return re.findall(r"\s*[^\s\u3000-\u9fff]{1,8}|\s*[\u3000-\u9fff]{1,2}|\s+", text)
