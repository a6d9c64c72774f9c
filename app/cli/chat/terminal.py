"""The terminal: what is printed, and when."""

import os
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import typer

from app.cli.chat.line_editor import nothing_is_typed, prefilled
from app.cli.chat.session import ChatSession
from app.cli.chat.stream import Frame, Shown
from app.cli.chat.words import words

if TYPE_CHECKING:
    from app.cli.chat.markdown import Painter

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters: a model's text must not move the cursor or send escape sequences."""
PROMPT = "> "


class Terminal:
    """Prints a conversation: the reply on standard output, everything else on standard error.

    While somebody types, nothing is printed: what comes then is shown before the next prompt. A
    reply that comes while nothing has been typed is shown above the prompt.
    """

    def __init__(self, interactive: bool) -> None:
        self._interactive = interactive
        self._draws = interactive and can_draw()
        self._painter: Painter | None = None
        self._reasoning = False
        self._prompting = self._is_above = False
        self._held: list[Shown] = []
        self._lock = threading.Lock()
        self.failed = False

    def show(self, shown: Shown) -> None:
        """Print one thing, at once unless somebody types."""
        with self._lock:
            if self._prompting and not self._is_above and not self._goes_above(shown):
                self._held.append(shown)
                return
            self._show(shown)
            if self._is_above and shown.kind in ("end", "failed"):
                self._is_above = False
                _write(PROMPT)

    def _goes_above(self, shown: Shown) -> bool:
        """Begin a reply above the prompt, where nothing has been typed yet: it runs already in a
        conversation that was opened, or it was asked for on another device."""
        if self._draws and not self._held and shown.kind in ("text", "reasoning"):
            self._is_above = nothing_is_typed()
        if self._is_above:
            _write("\r\x1b[J")
        return self._is_above

    def _show(self, shown: Shown) -> None:
        match shown.kind:
            case "text":
                self._leave_reasoning()
                self._say(self.clean(shown.text))
            case "reasoning":
                self._reason(shown.text)
            case "end":
                self._leave_reasoning()
                self._end_text()
                typer.echo(self._end_mark(shown))
            case "failed" | "refused":
                self._fail(shown)
            case "title":
                self.note(f"— {self.clean(shown.text)} —")

    def read_line(self, already: str = "") -> str:
        """A line that somebody types, `already` there to be changed; raises EOFError at the end."""
        with self._lock:
            held, self._held = self._held, []
            if any(shown.kind == "text" for shown in held):
                self.note(words().meanwhile)
            for shown in held:
                self._show(shown)
            self._prompting = self._interactive
        try:
            with prefilled(already) if self._interactive else nullcontext():
                return input(PROMPT if self._interactive else "")
        finally:
            with self._lock:
                self._prompting = self._is_above = False

    def replay(self, message: dict[str, object]) -> None:
        """Print a message that was said before."""
        text = self.clean(str(message["content"]))
        if message["sender"] == "user":
            typer.secho(f"{words().you}{text}\n", dim=True)
        else:
            self._say(text)
            self._end_text()
            typer.echo()

    def note(self, text: str) -> None:
        """Print something about the conversation, to a person only."""
        if self._interactive:
            typer.secho(text, dim=True, err=True)

    def _say(self, text: str) -> None:
        if not self._draws:
            typer.echo(text, nl=False)
            return
        if self._painter is None:
            # Large, and wanted by a person at a terminal only.
            from app.cli.chat.markdown import Painter  # noqa: PLC0415

            self._painter = Painter(_write, _size)
        self._painter.add(text)

    def _end_text(self) -> None:
        if self._painter is not None:
            self._painter.end()
            self._painter = None

    def clean(self, text: str) -> str:
        """A text without what would move the cursor, where this is a terminal."""
        return CONTROL.sub("", text) if sys.stdout.isatty() else text

    def _end_mark(self, shown: Shown) -> str:
        mark = words().endings.get(shown.text) if self._interactive else None
        return f" [{mark}]\n" if mark else ""

    def _reason(self, text: str) -> None:
        if self._interactive:
            self._reasoning = True
            typer.secho(self.clean(text), dim=True, nl=False)

    def _leave_reasoning(self) -> None:
        if self._reasoning:
            self._reasoning = False
            typer.echo("\n")

    def _fail(self, shown: Shown) -> None:
        self.failed = True
        self._leave_reasoning()
        self._end_text()
        if shown.kind == "failed":
            typer.echo()
        typer.secho(self.clean(shown.text), fg="red", err=True)


def can_draw() -> bool:
    """Whether Markdown can be drawn: on a terminal that has colours and whose user wants them."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"
    return wanted and sys.stdout.isatty()


def follow(session: ChatSession, act: Frame) -> None:
    """Send what has a reply written, and wait for its end; the first Ctrl-C stops it, the second
    one leaves."""
    with _unechoed():
        try:
            session.ask(act)  # its first words may be read, and stopped, before the next line
            session.wait()
        except KeyboardInterrupt:
            session.stop()
            session.wait()


@contextmanager
def _unechoed() -> Iterator[None]:
    """What is typed meanwhile is not shown amid the reply; it stands in the next line."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield
        return
    import termios  # noqa: PLC0415 - there is none where there is no such terminal

    before = termios.tcgetattr(sys.stdin)
    silent = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(sys.stdin, termios.TCSANOW, silent)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSANOW, before)


def _size() -> tuple[int, int]:
    columns, rows = shutil.get_terminal_size()
    return columns, rows


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
