"""The terminal: what is typed, what is printed."""

import re
import sys

import typer

from app.cli.chat.session import ChatSession
from app.cli.chat.stream import Shown

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters: a model's text must not move the cursor or send escape sequences."""
PROMPT = "> "
ENDINGS = {
    "stopped": "stopped",
    "length": "cut off: the model's limit for one reply",
    "content_filter": "cut off by the content filter of the model's server",
    "tool_calls": "the model wanted to call a tool; there are none here",
}
"""What is said after a reply that did not simply end, by its finish reason."""


class Terminal:
    """Prints a conversation: the reply on standard output, everything else on standard error."""

    def __init__(self, interactive: bool) -> None:
        self._interactive = interactive
        self._reasoning = False
        self._prompting = False
        self.failed = False

    def show(self, shown: Shown) -> None:
        """Print one thing, at once."""
        match shown.kind:
            case "text":
                self._leave_reasoning()
                typer.echo(self._clean(shown.text), nl=False)
            case "reasoning":
                self._reason(shown.text)
            case "end":
                self._leave_reasoning()
                typer.echo(self._end_mark(shown))
            case "failed" | "refused":
                self._fail(shown)
            case "title":
                self._note(f"— {self._clean(shown.text)} —")

    def converse(self, session: ChatSession) -> None:
        """Read messages and show replies until the input ends."""
        self._note("Ctrl-D ends, Ctrl-C stops a reply.")
        while session.failure is None:
            try:
                content = self._read_line()
            except EOFError:
                break
            except KeyboardInterrupt:
                typer.echo()
                continue
            if content.strip():
                session.send(content)
                follow(session)

    def _read_line(self) -> str:
        self._prompting = self._interactive
        try:
            return input(PROMPT if self._interactive else "")
        finally:
            self._prompting = False

    def _clean(self, text: str) -> str:
        return CONTROL.sub("", text) if sys.stdout.isatty() else text

    def _end_mark(self, shown: Shown) -> str:
        mark = ENDINGS.get(shown.text) if self._interactive else None
        return f" [{mark}]\n" if mark else ""

    def _reason(self, text: str) -> None:
        if self._interactive:
            self._reasoning = True
            typer.secho(self._clean(text), dim=True, nl=False)

    def _leave_reasoning(self) -> None:
        if self._reasoning:
            self._reasoning = False
            typer.echo("\n")

    def _fail(self, shown: Shown) -> None:
        self.failed = True
        if shown.kind == "failed":
            typer.echo()
        typer.secho(self._clean(shown.text), fg="red", err=True)

    def _note(self, text: str) -> None:
        if self._interactive:
            before, after = ("\r", f"\n{PROMPT}") if self._prompting else ("", "\n")
            typer.secho(f"{before}{text}{after}", dim=True, err=True, nl=False)


def follow(session: ChatSession) -> None:
    """Wait for the end of the reply; the first Ctrl-C stops it, the second one leaves."""
    try:
        session.wait()
    except KeyboardInterrupt:
        session.stop()
        session.wait()
