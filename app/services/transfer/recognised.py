"""What a text of an export is, told by what stands in it and never by its name, and its items."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import IO, Any, Literal

from app.services.transfer.archive import ArchiveSource
from app.services.transfer.attachments import ArchivedFiles
from app.services.transfer.conversations import ArchivedConversation
from app.services.transfer.draft import UnreadableItem
from app.services.transfer.entries import ExportEntry, value_of
from app.services.transfer.formats.registry import (
    CONVERSATIONS,
    WHOLES,
    ConversationFormat,
    WholeFormat,
)
from app.services.transfer.json_lines import JsonLine, json_lines
from app.services.transfer.json_values import BrokenJson, JsonValues, TooLarge

LOOKED_AT = 100
"""If none of the first items is of a known form, the file is of none."""

type Opener = Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class ListedExport:
    """Conversations one after another: in a list, on lines, or one alone."""

    format: ConversationFormat
    order: Literal["list", "lines", "single"]

    @property
    def source(self) -> ArchiveSource:
        return self.format.SOURCE

    def entries(self, stream: IO[bytes], files: ArchivedFiles) -> Iterator[ExportEntry]:
        """The items in order; each is read or passed over before the next one is asked for."""
        if self.order == "lines":
            for line in json_lines(stream):
                yield ExportEntry(partial(_of_line, self.format, line, files), line.finish)
            return
        values = JsonValues(stream, files.spill)
        entry = ExportEntry(partial(_of_value, self.format, values, files), values.skip)
        if self.order == "single":
            yield entry
        else:
            for _ in values.items():
                yield entry


@dataclass(frozen=True, slots=True)
class WholeExport:
    """One object that holds all conversations."""

    format: WholeFormat

    @property
    def source(self) -> ArchiveSource:
        return self.format.SOURCE

    def entries(self, stream: IO[bytes], files: ArchivedFiles) -> Iterator[ExportEntry]:
        """The items in order."""
        return self.format.entries(JsonValues(stream, files.spill), files)


def recognised(open: Opener) -> ListedExport | WholeExport | None:
    """What a text is; none if it is of no known form."""
    with open() as stream:
        kind = _kind(stream)
    if kind == "start_array":
        with open() as stream:
            format = _first(_listed(stream))
        return ListedExport(format, "list") if format else None
    for look in (_whole, _lines, _single) if kind == "start_map" else (_lines,):
        with open() as stream:
            if found := look(stream):
                return found
    return None


def _kind(stream: IO[bytes]) -> str | None:
    try:
        return JsonValues(stream).kind()
    except BrokenJson:
        return None


def _whole(stream: IO[bytes]) -> WholeExport | None:
    seen: set[str] = set()
    values = JsonValues(stream)
    try:
        for key in values.keys():
            seen.add(key[:100])
            if found := next((each for each in WHOLES if each.is_whole(seen)), None):
                return WholeExport(found)
            if len(seen) > LOOKED_AT:
                break
    except BrokenJson:
        pass
    return None


def _lines(stream: IO[bytes]) -> ListedExport | None:
    found = _first(_value_of(line) for line in json_lines(stream))
    return ListedExport(found, "lines") if found else None


def _single(stream: IO[bytes]) -> ListedExport | None:
    found = _first(_value(JsonValues(stream, _spilled)) for _ in range(1))
    return ListedExport(found, "single") if found else None


def _listed(stream: IO[bytes]) -> Iterator[Any]:
    values = JsonValues(stream, _spilled)
    try:
        for _ in values.items():
            yield _value(values)
    except BrokenJson:
        return


def _first(values: Iterator[Any]) -> ConversationFormat | None:
    """The format of the first of these that is of any."""
    for value in islice(values, LOOKED_AT):
        for format in CONVERSATIONS:
            if isinstance(value, dict) and format.is_one(value):
                return format
    return None


def _value(values: JsonValues) -> Any:
    try:
        return values.value()
    except (BrokenJson, TooLarge):
        return None


def _value_of(line: JsonLine) -> Any:
    values = JsonValues(line, _spilled)
    value = _value(values)
    try:
        return value if values.kind() == "end" else None
    except BrokenJson:
        return None


def _spilled(url: str) -> str:
    return url[:100]


def _of_value(
    format: ConversationFormat, values: JsonValues, files: ArchivedFiles
) -> ArchivedConversation:
    return format.read(value_of(values, format.NOT_ONE), files)


def _of_line(
    format: ConversationFormat, line: JsonLine, files: ArchivedFiles
) -> ArchivedConversation:
    values = JsonValues(line, files.spill)
    try:
        return _of_value(format, values, files)
    except BrokenJson as error:
        raise UnreadableItem(format.NOT_ONE) from error
    finally:
        line.finish()
