"""Growing Markdown in a terminal: finished blocks stand for good, the last one is drawn anew.

The part that may still change is never higher than the screen, so that it can be overwritten where
it stands; only lines that differ are written, within one synchronized update, so nothing flickers.
"""

import re
import threading
import time
from collections.abc import Callable
from itertools import pairwise

from markdown_it import MarkdownIt
from pygments.token import (  # type: ignore[import-untyped]
    Comment,
    Generic,
    Keyword,
    Name,
    Number,
    String,
)
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.text import Text
from rich.theme import Theme

OPENING = re.compile(r"( {0,3})(`{3,}|~{3,})([^`\n]*)\n")
"""A code fence (CommonMark §4.5). Its lines are drawn one by one: a block may be long."""
CODE_INDENT = "  "
CONTEXT_LINES = 30
"""How much code before a line its colours are found by."""
BEGIN_UPDATE, END_UPDATE = "\x1b[?2026h", "\x1b[?2026l"
"""A terminal shows what is between them at once, or passes over them."""
CODE_COLOURS = ANSISyntaxTheme(
    {
        Comment: Style(dim=True),
        Generic.Deleted: Style(color="red"),
        Generic.Inserted: Style(color="green"),
        Keyword: Style(color="magenta"),
        Name.Builtin: Style(color="cyan"),
        Name.Function: Style(color="cyan"),
        Name.Tag: Style(color="magenta"),
        Number: Style(color="yellow"),
        String: Style(color="green"),
    }
)
STYLES = Theme(
    {
        "markdown.code": "cyan",
        "markdown.h1": "bold underline",
        "markdown.h2": "bold",
        "markdown.h3": "bold",
        "markdown.h4": "bold dim",
        "markdown.link_url": "underline",
        "markdown.block_quote": "dim",
    }
)
"""Colours of the terminal's own palette, which suit a light and a dark one."""
PAUSE_SECONDS = 0.04

_blocks = MarkdownIt().enable("strikethrough").enable("table")


class _PlainHeading(Heading):
    """A heading at the left, as all else."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self.text


class _PlainCode(CodeBlock):
    """Code on the terminal's own background."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield _code(str(self.text).rstrip(), self.lexer_name)


class _Drawn(Markdown):
    elements = {**Markdown.elements, "heading_open": _PlainHeading, "fence": _PlainCode}


def _code(code: str, language: str) -> Syntax:
    return Syntax(
        code,
        language or "text",
        theme=CODE_COLOURS,
        background_color="default",
        word_wrap=True,
        padding=(0, 0, 0, len(CODE_INDENT)),
    )


class MarkdownStream:
    """One reply. `add` text as it comes, `draw` now and then, `end` it.

    `write` puts characters on the terminal; `size` gives its columns and rows.
    """

    def __init__(self, write: Callable[[str], None], size: Callable[[], tuple[int, int]]) -> None:
        self._write = write
        self._size = size
        self._rest = ""
        self._code: list[str] | None = None
        self._fence = self._language = ""
        self._is_first = True
        self._drawn: list[str] = []
        self._width = 0

    def add(self, text: str) -> None:
        """Take text that has come."""
        self._rest += text

    def draw(self) -> None:
        """Show what has come."""
        self._draw(is_end=False)

    def end(self) -> None:
        """Show what is left; from now on all of it stands."""
        self._draw(is_end=True)

    def _draw(self, is_end: bool) -> None:
        columns, rows = self._size()
        if columns != self._width:
            self._width, self._drawn = columns, []  # what stood there has been wrapped anew
            self._console = _console(columns)
        if is_end and self._code is None:
            self._rest += "\n"
        done: list[str] = []
        while self._advance(done):
            pass
        tail = self._tail()
        if is_end:
            done, tail = done + tail, []
            self._rest, self._code = "", None
        self._put(done, tail[-max(1, rows - 2) :])

    def _advance(self, done: list[str]) -> bool:
        """Move what can no longer change to `done`; whether there may be more of it."""
        if self._code is not None:
            return self._advance_in_code(done)
        whole = self._rest.rfind("\n") + 1
        starts = [
            token.map[0]
            for token in _blocks.parse(self._rest[:whole])
            if token.level == 0 and token.map and token.nesting >= 0
        ]
        if not starts:
            return False
        lines = self._rest[:whole].split("\n")
        ends = [sum(len(line) + 1 for line in lines[:start]) for start in starts]
        for begin, end in pairwise([0, *ends]):
            if self._rest[begin:end].strip():
                done += self._block(self._rest[begin:end])
        self._rest = self._rest[ends[-1] :]
        opening = OPENING.match(self._rest)
        if opening is None:
            return False
        self._rest = self._rest[opening.end() :]
        self._fence, self._language = opening[2], opening[3].strip().partition(" ")[0]
        self._code = []
        done += self._gap()
        return True

    def _advance_in_code(self, done: list[str]) -> bool:
        assert self._code is not None
        line, newline, rest = self._rest.partition("\n")
        if not newline:
            return False
        self._rest = rest
        bare = line.strip()
        if bare.startswith(self._fence) and set(bare) == {self._fence[0]}:
            self._code = None
            return True
        done += self._code_line(line)
        self._code = [*self._code[-CONTEXT_LINES:], line]
        return True

    def _tail(self) -> list[str]:
        if self._code is None:
            return self._block(self._rest, keep_first=True) if self._rest.strip() else []
        bare = self._rest.strip()
        is_closing = bool(bare) and set(bare) == {self._fence[0]}
        return self._code_line(self._rest) if self._rest and not is_closing else []

    def _gap(self) -> list[str]:
        """The blank line before a block."""
        first, self._is_first = self._is_first, False
        return [] if first else [""]

    def _block(self, text: str, keep_first: bool = False) -> list[str]:
        before = self._is_first
        lines = self._gap() + self._lines(_Drawn(text, hyperlinks=False))
        if keep_first:
            self._is_first = before
        return lines

    def _code_line(self, line: str) -> list[str]:
        assert self._code is not None
        before = self._code[-CONTEXT_LINES:]
        text = "\n".join([*before, line])
        coloured = _code(text, self._language).highlight(text).split("\n", allow_blank=True)
        last = coloured[len(before)] if len(coloured) > len(before) else Text(line)
        last.no_wrap = False
        return self._lines(Text(CODE_INDENT) + last) or [""]

    def _lines(self, what: Markdown | Text) -> list[str]:
        with self._console.capture() as captured:
            self._console.print(what, overflow="fold")
        lines = [_without_blanks(line) for line in captured.get().split("\n")]
        while lines and not lines[-1]:
            lines.pop()
        while lines and not lines[0] and isinstance(what, Markdown):
            lines.pop(0)
        return lines

    def _put(self, done: list[str], tail: list[str]) -> None:
        lines = done + tail
        same = 0
        for old, new in zip(self._drawn, lines, strict=False):
            if old != new:
                break
            same += 1
        changed = lines[same:]
        up = len(self._drawn) - same
        if changed or up:
            move = f"\x1b[{up}A" if up else ""
            text = "".join(f"{line}\n" for line in changed)
            self._write(f"{BEGIN_UPDATE}{move}\r\x1b[J{text}{END_UPDATE}")
        self._drawn = tail


def _console(columns: int) -> Console:
    return Console(
        width=max(20, columns - 1),
        force_terminal=True,
        color_system="standard",
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        theme=STYLES,
    )


def _without_blanks(line: str) -> str:
    """A line without what is padded to the width, which would wrap when the window shrinks."""
    while stripped := re.sub(r" +((?:\x1b\[[0-9;]*m)*)$", r"\1", line):
        if stripped == line:
            break
        line = stripped
    return line if re.sub(r"\x1b\[[0-9;]*m", "", line).strip() else ""


class Painter:
    """Draws a reply from a thread of its own, some twenty times a second at most.

    So text that comes by the word costs no more than the eye can see.
    """

    def __init__(self, write: Callable[[str], None], size: Callable[[], tuple[int, int]]) -> None:
        self._stream = MarkdownStream(write, size)
        self._lock = threading.Lock()
        self._has_more = threading.Event()
        self._is_over = False
        self._thread = threading.Thread(target=self._paint, daemon=True)
        self._thread.start()

    def add(self, text: str) -> None:
        """Take text that has come."""
        with self._lock:
            self._stream.add(text)
        self._has_more.set()

    def end(self) -> None:
        """Draw all that has come, and stop."""
        self._is_over = True
        self._has_more.set()
        self._thread.join()
        self._stream.end()

    def _paint(self) -> None:
        while True:
            self._has_more.wait()
            self._has_more.clear()
            if self._is_over:
                return
            began = time.monotonic()
            with self._lock:
                self._stream.draw()
            time.sleep(max(PAUSE_SECONDS, 2 * (time.monotonic() - began)))
