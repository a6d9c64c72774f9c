"""A place in a message, as its readers name it. No I/O."""

import re
from typing import NamedTuple

MAX_ID = 2**63 - 1
_CURSOR = re.compile(
    r"([1-9][0-9]{0,18})(?:-([1-9][0-9]{0,8}))?\.([0-9]{1,9})\.([0-9]{1,9})(\.end)?", re.ASCII
)


class Cursor(NamedTuple):
    """A place in a message: how many code points of its two texts a reader has.

    `run` is the run of the message that the reader saw: after a crash a reader may be ahead of what
    was saved, and a reply continued from there is another text.
    """

    message_id: int
    reasoning: int = 0
    content: int = 0
    ended: bool = False
    run: int = 1

    def __str__(self) -> str:
        run = f"-{self.run}" if self.run > 1 else ""
        end = ".end" if self.ended else ""
        return f"{self.message_id}{run}.{self.reasoning}.{self.content}{end}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """The cursor that was written so, or None when the text is none."""
        match = _CURSOR.fullmatch(text)
        if match is None:
            return None
        message_id, run, reasoning, content, end = match.groups()
        if int(message_id) > MAX_ID:
            return None
        return cls(int(message_id), int(reasoning), int(content), end is not None, int(run or 1))
