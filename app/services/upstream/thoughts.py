"""Thoughts that come inside the text, where a model is served without a parser for them. No I/O.

Only a mark at the very beginning opens a thought: a reply may well speak about `<think>`. Which
marks there are is collected from the chat templates of the models that use them.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from app.schemas.message import TextKind

MARKS = {
    "<think>": "</think>",  # DeepSeek R1, Qwen, GLM, MiniMax, Kimi, Hunyuan, Nemotron
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",  # EXAONE, Gemini
    "<reasoning>": "</reasoning>",
    "<reason>": "</reason>",
    "<seed:think>": "</seed:think>",  # Seed-OSS
    "<longcat_think>": "</longcat_think>",
    "<|channel>thought": "<channel|>",  # Gemma 4
    "<unused94>thought": "<unused95>",  # MedGemma
    "◁think▷": "◁/think▷",  # Kimi VL
    "[think]": "[/think]",  # Magistral
    "<|begin_of_thought|>": "<|end_of_thought|>",  # OpenThinker
    "<|start_thinking|>": "<|end_thinking|>",  # Command A
    "<|channel|>analysis<|message|>": "<|end|>",  # gpt-oss
    "<|channel|>commentary<|message|>": "<|end|>",
    "<|start|>assistant<|channel|>analysis<|message|>": "<|end|>",
    "<|start|>assistant<|channel|>commentary<|message|>": "<|end|>",
}
"""What opens a thought, in small letters, and what closes it."""
WRAPPERS = {
    "<|channel|>final<|message|>": "<|return|>",
    "<|start|>assistant<|channel|>final<|message|>": "<|return|>",
}
"""What may stand around an answer, with what ends it."""
CLOSERS = ("</think>", "</thinking>", "◁/think▷", "[/think]")
"""What may close a thought that the model's template had opened."""
NOTHING_OPENED = dict.fromkeys(CLOSERS, "")
"""A closing mark at the beginning: the template opened a thought, and the model had none."""
WRAPPERS_AFTER_THOUGHT = WRAPPERS | {
    "<|begin_of_solution|>": "<|end_of_solution|>",
    "<|start_response|>": "<|end_response|>",
    "<answer>": "</answer>",
    "<response>": "</response>",  # ERNIE, Granite
}
FIRST_OF_MARKS = {mark[0] for mark in (*MARKS, *WRAPPERS, *WRAPPERS_AFTER_THOUGHT, *CLOSERS)}
"""Most replies begin with none of these."""
HELD_MAX = 4096
"""More blanks than this in a row are text, wherever they stand."""

Emit = Callable[[TextKind, str], None]


class ThoughtSplitter:
    """Tells the thoughts in the text of one reply from the answer, however the text is cut.

    `emit` gets every piece once its kind is sure. Blanks around a thought are left out. `opened`:
    the template has opened a thought already, which this mark will close.
    """

    __slots__ = ("_begins", "_closer", "_emit", "_held", "_kind", "_thoughts", "is_plain", "opened")

    def __init__(self, emit: Emit, opened: str = "") -> None:
        self._emit = emit
        self.opened = opened
        self._held = ""
        self._kind: TextKind = "content"
        self._closer = ""
        """What ends the present part; empty where a mark may stand."""
        self._begins = False
        """Whether nothing of the present part has been emitted."""
        self._thoughts = 0
        self.is_plain = False
        """Whether all that still comes is the answer: then `feed` need not be asked."""

    @property
    def is_inside(self) -> bool:
        """Whether a thought has begun and not ended."""
        return self._kind == "reasoning"

    def feed(self, text: str) -> None:
        """Take the next piece of the text."""
        self._held += text
        while self._held and not self.is_plain:
            if not (self._go_on() if self._closer else self._begin()):
                return
        self._release()

    def close(self) -> None:
        """Take the end of the text: what was held back is what it looks like."""
        if self._thoughts and not self.is_plain:
            self._held = self._held.rstrip()
        self._release()

    def _begin(self) -> bool:
        """Look for a mark at the beginning; False while it may still become one."""
        text = self._held.lstrip()
        if not text and len(self._held) < HELD_MAX:
            return False
        marks: list[tuple[TextKind, dict[str, str]]] = [
            ("reasoning", MARKS),
            ("content", WRAPPERS_AFTER_THOUGHT if self._thoughts else WRAPPERS),
            ("content", NOTHING_OPENED),
        ]
        for kind, pairs in marks if text[:1] in FIRST_OF_MARKS else ():
            for opener, closer in pairs.items():
                start = text[: len(opener)].lower()
                if start == opener:
                    self._held = text[len(opener) :]
                    self._open(kind, closer)
                    return True
                if text and len(text) < len(opener) and opener.startswith(start):
                    return False
        if self._thoughts:
            self._held = text
        elif self.opened:
            self._open("reasoning", self.opened)
            return True
        self.is_plain = True
        return True

    def _open(self, kind: TextKind, closer: str) -> None:
        self._kind, self._closer, self._begins = kind, closer, True
        self._thoughts += kind == "reasoning" or not closer

    def _go_on(self) -> bool:
        """Emit the part's text up to what ends it; False while that has not come."""
        found = re.search(re.escape(self._closer), self._held, re.IGNORECASE)
        if found is None:
            self._tell(len(self._held) - _may_become(self._held, self._closer))
            return False
        self._tell(found.start(), is_last=True)
        self._held = self._held[found.end() - found.start() :].lstrip()
        self.is_plain = self._kind == "content"
        self._kind, self._closer = "content", ""
        return True

    def _tell(self, end: int, *, is_last: bool = False) -> None:
        """Emit what is held up to `end`; of a thought not the blanks around it."""
        text = self._held[:end]
        rest = self._held[end:]
        if self._begins:
            text = text.lstrip()
        if self._kind == "reasoning":
            told = text.rstrip()
            if not is_last and len(text) - len(told) < HELD_MAX:
                rest = text[len(told) :] + rest
            elif not is_last:
                told = text
            text = told
        self._held = rest
        if text:
            if self._begins and self._kind == "reasoning" and self._thoughts > 1:
                text = "\n\n" + text
            self._begins = False
            self._emit(self._kind, text)

    def _release(self) -> None:
        held, self._held = self._held, ""
        if held:
            self._emit(self._kind, held)


class Parted(NamedTuple):
    """A thought, the answer after it, and the mark that stood between them."""

    thought: str
    answer: str
    closer: str


def split_prefilled(text: str) -> Parted | None:
    """A whole text whose template had opened a thought before it, in its parts; None for any other.

    The mark counts once, outside code, and where no opening one stands before it: a text about
    such marks has those.
    """
    # Of bytes, as their small letters stand where the capitals did; a pattern takes far longer.
    small = text.encode(errors="surrogatepass").lower().decode(errors="surrogatepass")
    ends = [(at, closer) for closer in CLOSERS if (at := small.find(closer)) >= 0]
    if not ends:
        return None
    at, closer = min(ends)
    if text.count("`", 0, at) % 2 or any(small.find(mark, 0, at) >= 0 for mark in MARKS):
        return None
    return Parted(text[:at].strip(), text[at + len(closer) :].lstrip(), closer)


def _may_become(text: str, mark: str) -> int:
    """How many of the last characters are a beginning of the mark."""
    for length in range(min(len(mark) - 1, len(text)), 0, -1):
        if mark.startswith(text[-length:].lower()):
            return length
    return 0
