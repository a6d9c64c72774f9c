"""The text of a reply put in order at its end: a thought that was streamed as the answer.

Why so late: docs/decisions/0012-thoughts-in-the-text.md.
"""

from typing import NamedTuple

from app.services.upstream.thoughts import split_prefilled


class Ordered(NamedTuple):
    """Both texts of a message as they are kept, and the mark that had stood between them."""

    content: str
    reasoning: str
    closer: str


def put_in_order(
    content: str, reasoning: str, content_before: int, reasoning_before: int
) -> Ordered | None:
    """Both texts of a message, where this run of the model began to think without saying so; None
    where nothing is to change. `…_before`: how long they were when the run began."""
    if len(reasoning) > reasoning_before:
        return None
    parted = split_prefilled(content[content_before:])
    if parted is None:
        return None
    thoughts = [text for text in (reasoning, parted.thought) if text]
    answer = content[:content_before] + parted.answer
    return Ordered(answer, "\n\n".join(thoughts), parted.closer)
