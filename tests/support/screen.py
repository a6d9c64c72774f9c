"""A terminal as a program sees it: a pseudo-terminal, and the screen that its output makes.

Understands what `chat-backend chat` and readline write: text, wide characters, line breaks, moving
up, erasing, colours. Anything else fails, so that nothing goes by unseen.
"""

import fcntl
import os
import pty
import re
import signal
import struct
import termios
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import forks
from tests.support.cli_process import COMMAND, environment, stop, until
from tests.support.patience import PATIENCE_SECONDS

SEQUENCE = re.compile(r"\x1b\[(\??)([0-9;]*)([A-Za-z])")
IGNORED = "mhl"
"""Colours, and modes that are set and left."""


class Screen:
    """Lines of text, those scrolled away included, and how they were written."""

    def __init__(self, columns: int = 60, rows: int = 16) -> None:
        self.columns, self.rows = columns, rows
        self.lines = [""]
        self.row = self.column = 0
        self.written = ""
        self.erased_above = 0
        """How often something was overwritten that had left the screen."""

    def feed(self, text: str) -> None:
        """Take characters as a terminal does."""
        self.written += text
        place = 0
        while place < len(text):
            sequence = SEQUENCE.match(text, place)
            if sequence:
                self._obey(*sequence.groups())
                place = sequence.end()
                continue
            self._put(text[place])
            place += 1

    @property
    def text(self) -> str:
        """All that was ever on it, without the blanks at the ends of lines."""
        return "\n".join(line.rstrip() for line in self.lines).rstrip()

    def _put(self, character: str) -> None:
        match character:
            case "\n":
                self._next_row()
            case "\r":
                self.column = 0
            case "\b":
                self.column = max(0, self.column - 1)
            case "\a":
                pass
            case _:
                assert character.isprintable(), repr(character)
                wide = 1 + (unicodedata.east_asian_width(character) in "WF")
                if self.column + wide > self.columns:
                    self._next_row()
                    self.column = 0
                line = self.lines[self.row].ljust(self.column)
                self.lines[self.row] = line[: self.column] + character + line[self.column + 1 :]
                # A wide character takes two places; here it is one, which nothing below minds.
                self.column += 1

    def _next_row(self) -> None:
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")

    def _obey(self, private: str, numbers: str, final: str) -> None:
        count = int(numbers or 1) if numbers.isdecimal() or not numbers else 1
        match final:
            case "A":
                self.row -= count
                if self.row < len(self.lines) - self.rows:
                    self.erased_above += 1
            case "J":
                assert numbers in ("", "0")
                self.lines[self.row] = self.lines[self.row][: self.column]
                del self.lines[self.row + 1 :]
            case "K":
                self.lines[self.row] = self.lines[self.row][: self.column]
            case "C":
                self.column += count
            case "D":
                self.column = max(0, self.column - count)
            case _:
                assert final in IGNORED, f"{private}{numbers}{final}"


class Typist:
    """A command in a terminal of its own, and somebody who types."""

    def __init__(self, master: int, pid: int, screen: Screen) -> None:
        self._master = master
        self._pid = pid
        self.screen = screen
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def enter(self, line: str) -> None:
        """Type a line once it is asked for, and see it on the screen."""
        self.is_asked()
        before = len(self.screen.written)
        self.type(line + "\n")
        self._wait(lambda: line in self.screen.written[before:], line)

    def is_asked(self) -> None:
        """Wait until there is a prompt with nothing behind it."""
        self.sees_at_the_end(">")

    def sees_at_the_end(self, text: str) -> None:
        """Wait until the screen ends with a text."""
        self._wait(lambda: self.screen.text.endswith(text), text)

    def interrupt(self) -> None:
        """Ctrl-C, as the terminal tells it to the program that it controls."""
        os.kill(self._pid, signal.SIGINT)

    def sees(self, text: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until a text stands on the screen."""
        self._wait(lambda: text in self.screen.text, text, seconds)

    def _wait(
        self, is_so: Callable[[], bool], text: str, seconds: float = PATIENCE_SECONDS
    ) -> None:
        try:
            until(is_so, seconds)
        except TimeoutError:
            raise AssertionError(f"{text!r} is not on the screen:\n{self.screen.text}") from None

    def _read(self) -> None:
        kept = b""
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # the program has ended
                return
            kept += data
            # Neither half a character nor half a sequence is looked at.
            end = kept.rfind(b"\x1b") if b"\x1b" in kept[-12:] else len(kept)
            if b"\x1b" in kept[-12:] and SEQUENCE.match(kept[end:].decode(errors="replace")):
                end = len(kept)
            try:
                text = kept[:end].decode()
            except UnicodeDecodeError as error:
                end = error.start
                text = kept[:end].decode()
            kept = kept[end:]
            self.screen.feed(text)


@contextmanager
def in_terminal(
    folder: Path, *arguments: str, settings: dict[str, str], columns: int = 60, rows: int = 16
) -> Iterator[Typist]:
    """A command of the app in a terminal of this size, until it is left."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    own = environment(TERM="xterm-256color", **settings)
    for name in ("COLUMNS", "LINES", "NO_COLOR"):
        if name not in settings:
            own.pop(name, None)
    try:
        process = forks.popen(
            [*COMMAND, *arguments], folder, own, stdin=slave, stdout=slave, stderr=slave
        )
        os.close(slave)
        try:
            yield Typist(master, process.pid, Screen(columns, rows))
        finally:
            stop(process)
    finally:
        os.close(master)
