"""Lines as somebody types them: edited by readline, where this Python has it."""

import locale
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from types import ModuleType

from app.cli.chat.commands import NAMES

UTF8_LOCALE = "C.UTF-8"


@contextmanager
def prefilled(text: str) -> Iterator[None]:
    """Have `input` edit lines meanwhile, and begin with a text."""
    readline = _readline()
    if readline is None:
        yield
        return
    with suppress(OSError):
        readline.set_startup_hook(lambda: readline.insert_text(text) if text else None)
    try:
        yield
    finally:
        readline.set_startup_hook(None)


def nothing_is_typed() -> bool:
    """Whether the line is known to be empty."""
    readline = sys.modules.get("readline")
    return readline is not None and not readline.get_line_buffer()


@cache
def _readline() -> ModuleType | None:
    try:
        with _utf8_where_typed():
            import readline  # noqa: PLC0415 - some builds of Python have none
    except ImportError:
        return None
    is_libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if is_libedit else "tab: complete")
    readline.set_completer_delims(" ")
    readline.set_completer(_complete)
    return readline


def _complete(begun: str, place: int) -> str | None:
    """The commands that begin so, by place; of anything else there is nothing to complete."""
    names = [f"/{name} " for name in sorted(NAMES) if begun and f"/{name}".startswith(begun)]
    return names[place] if place < len(names) else None


@contextmanager
def _utf8_where_typed() -> Iterator[None]:
    """Have readline take UTF-8 where Python reads it though the locale is another, or one that is
    not installed, as often after ssh: it would take the bytes of 潮 for keys with Alt. Readline
    looks at the environment when it is loaded, and at the locale of the process afterwards."""
    if _locale_is_utf8() or sys.stdin.encoding.lower() != "utf-8":
        yield
        return
    try:
        locale.setlocale(locale.LC_CTYPE, UTF8_LOCALE)
    except locale.Error:
        yield
        return
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = UTF8_LOCALE
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before


def _locale_is_utf8() -> bool:
    try:
        locale.setlocale(locale.LC_CTYPE, "")
    except locale.Error:
        return False
    return "utf" in locale.nl_langinfo(locale.CODESET).lower()
