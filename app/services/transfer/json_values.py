"""The values of a JSON text, taken one by one, however long and deep it is."""

import zlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from sys import getsizeof
from typing import Any
from zipfile import BadZipFile

import ijson  # type: ignore[import-untyped]

from app.services.transfer.mended import CHUNK_BYTES, ByteSource, Mended

VALUE_BYTES = 50 * 1024 * 1024
"""What one value may take in memory."""
MAP_BYTES, ENTRY_BYTES, LIST_BYTES, PLACE_BYTES, NUMBER_BYTES = 64, 60, 56, 9, 32
NUMBER_BITS = 63
SPILLED_CHARACTERS = 16 * 1024
"""A shorter data URL stays where it is."""

OPENING = {"start_map", "start_array"}
CLOSING = {"end_map", "end_array"}

type Spill = Callable[[str], Any]


class BrokenJson(Exception):
    """The text is none from here on."""


class TooLarge(Exception):
    """The value took too much memory; it has been passed over."""


class JsonValues:
    """A place in a JSON text, which moves on with whatever is taken from it."""

    def __init__(self, source: ByteSource, spill: Spill | None = None) -> None:
        """`spill` is given the long data URLs, and gives what stands for them."""
        self._events = _events(source)
        self._next: tuple[str, Any] | None = None
        self._taken = self._depth = 0
        self._spill = spill
        self._keys: dict[str, str] = {}

    def kind(self) -> str:
        """What comes next: `start_map`, `start_array`, another event, or `end` of it all."""
        if self._next is None:
            self._next = next(self._events, ("end", None))
        return self._next[0]

    def keys(self) -> Iterator[str]:
        """The keys of the object that comes next. Of each the value may be taken, or is passed
        over."""
        yield from self._within("end_map")

    def items(self) -> Iterator[None]:
        """Once for each item of the list that comes next; it may be taken, or is passed over."""
        for _ in self._within("end_array"):
            yield None

    def skip(self) -> None:
        """Pass over the value that comes next."""
        event, _ = self._take()
        if event in OPENING:
            self._close(1)
            self._depth -= 1

    def value(self) -> Any:
        """The value that comes next. Raises TooLarge, and has passed over it then."""
        event, value = self._take()
        if event not in OPENING:
            return _number(value) if event == "number" else value
        self._depth -= 1  # as it will be at the end of it
        return self._built({} if event == "start_map" else [])

    def _built(self, whole: Any) -> Any:
        inner, key, size = whole, "", 0
        outer: list[tuple[Any, str]] = []
        for event, value in self._events:
            if event == "map_key":
                key = self._keys.setdefault(value, value) if len(self._keys) < 1000 else value
                continue
            if event in CLOSING:
                if not outer:
                    return whole
                inner, key = outer.pop()
                continue
            opened = event in OPENING
            if opened:
                value = {} if event == "start_map" else []
                size += MAP_BYTES if event == "start_map" else LIST_BYTES
            elif event == "string":
                if self._spill and key == "url" and _is_long_data(value):
                    value = self._spill(value)
                size += getsizeof(value)
            elif event == "number":
                value = _number(value)
                size += NUMBER_BYTES
            if type(inner) is dict:
                inner[key] = value
                size += ENTRY_BYTES
            else:
                inner.append(value)
                size += PLACE_BYTES
            if opened:
                outer.append((inner, key))
                inner = value
            if size > VALUE_BYTES:
                depth = len(outer) + 1
                whole = inner = value = None
                outer.clear()
                self._close(depth)
                raise TooLarge
        raise BrokenJson

    def _within(self, end: str) -> Iterator[str]:
        self._take()
        depth = self._depth
        while self.kind() != end:
            _, key = self._take() if end == "end_map" else ("", "")
            taken = self._taken
            yield key
            if self._taken == taken:
                self.skip()
            while self._depth > depth:
                self._take()
        self._take()

    def _close(self, depth: int) -> None:
        """Pass over all that ends so many objects and lists."""
        for event, _ in self._events:
            if event in OPENING:
                depth += 1
            elif event in CLOSING:
                depth -= 1
                if depth == 0:
                    return
        raise BrokenJson

    def _take(self) -> tuple[str, Any]:
        if self.kind() == "end" or self._next is None:
            raise BrokenJson
        taken, self._next = self._next, None
        self._taken += 1
        self._depth += (taken[0] in OPENING) - (taken[0] in CLOSING)
        return taken


def _events(source: ByteSource) -> Iterator[tuple[str, Any]]:
    try:
        yield from ijson.basic_parse(Mended(source), buf_size=CHUNK_BYTES)
    except (ijson.JSONError, ValueError, BadZipFile, EOFError, zlib.error) as error:
        raise BrokenJson from error


def _number(value: int | Decimal) -> int | float | None:
    """A number as others write it, too; one beyond all bounds is none."""
    if isinstance(value, int) and value.bit_length() <= NUMBER_BITS:
        return value
    try:
        return float(value)
    except OverflowError:
        return None


def _is_long_data(value: str) -> bool:
    return len(value) > SPILLED_CHARACTERS and value.startswith("data:")
