"""The process that reads an export: little memory, bounded time, none of the server's environment.

It tells what it finds line by line (see frames.py) and puts the bytes of attached files into the
spool folder before the item that holds them. What it has told before, it passes over when it is
asked to, so that an import goes on where it was killed.
"""

import os
import resource
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from app.services.search.words import tokens
from app.services.transfer.archive import (
    TEXT_CHARACTERS,
    ArchivedItem,
    ArchivedMessage,
    ArchiveSource,
)
from app.services.transfer.attachments import ArchivedFiles
from app.services.transfer.draft import UnreadableItem
from app.services.transfer.entries import TOO_LARGE, ExportEntry
from app.services.transfer.frames import (
    LINE_BYTES,
    ArchiveFrame,
    EndFrame,
    RefusedFrame,
    TransferFrame,
    characters_of,
    encoded,
    in_frames,
    lighten,
)
from app.services.transfer.json_values import BrokenJson
from app.services.transfer.recognised import Opener, recognised
from app.services.transfer.zipped import RefusedArchive, ZippedExport

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 1800
FILE_BYTES = 4 * 1024**3
"""A file it writes, which is one of messages to be put in order."""
SURE_CHARACTERS = 20_000
"""A message of no more fits into a line, whatever it is found by."""
DIGITS_MAX = 100_000
CUT_OFF, UNREADABLE, NOT_AN_OBJECT = "cut_off", "unreadable", "not_an_object"
ZIP_BEGINS = (b"PK\3\4", b"PK\5\6")


def limit() -> None:
    """Bound what this process may take, before it has read a byte."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.set_int_max_str_digits(DIGITS_MAX)
    os.nice(10)  # whoever reads a reply comes first


def frames(path: Path, folder: Path, skip: int = 0) -> Iterator[TransferFrame]:
    """All that an export holds from the item after `skip` on, or that it cannot be taken."""
    try:
        with path.open("rb") as stream:
            is_zip = stream.read(4) in ZIP_BEGINS
        archive = ZippedExport(path) if is_zip else None
        yield from _Reading(path, archive, ArchivedFiles(folder, archive), skip).frames()
    except RefusedArchive as refused:
        yield RefusedFrame(refused.why)


class _Reading:
    """One export that is read, from beginning to end."""

    def __init__(
        self, path: Path, archive: ZippedExport | None, files: ArchivedFiles, skip: int
    ) -> None:
        self._path = path
        self._archive = archive
        self._files = files
        self._skip = skip
        self._item = 0
        self._is_open = False

    def frames(self) -> Iterator[TransferFrame]:
        for open_text in self._texts():
            if export := recognised(open_text):
                if not self._is_open:
                    self._is_open = True
                    yield ArchiveFrame(export.source)
                with open_text() as stream:
                    yield from self._items(export.entries(stream, self._files), export.source)
        if not self._is_open:
            raise RefusedArchive("not_recognised")
        yield EndFrame()

    def _texts(self) -> Iterator[Opener]:
        if (archive := self._archive) is None:
            yield lambda: self._path.open("rb")
            return
        for name in archive.texts():
            with archive.open(name) as stream:
                if stream.read(4) in ZIP_BEGINS:
                    raise RefusedArchive("nested")
        for name in archive.texts():
            yield lambda name=name: archive.open(name)  # type: ignore[misc]

    def _items(
        self, entries: Iterator[ExportEntry], source: ArchiveSource
    ) -> Iterator[TransferFrame]:
        """The items of one text. It ends where it is broken, with an item that says so."""
        is_counted = False
        try:
            for entry in entries:
                self._item += 1
                is_counted = True
                if self._item <= self._skip:
                    entry.skip()
                else:
                    self._files.begin(self._item)
                    yield from _told(entry, source)
                is_counted = False
        except BrokenJson:
            self._item += not is_counted
            if self._item > self._skip:
                yield ArchivedItem(source, "failed", CUT_OFF)


def _told(entry: ExportEntry, source: ArchiveSource) -> Iterator[TransferFrame]:
    try:
        item, messages = entry.read()
    except UnreadableItem as error:
        yield ArchivedItem(None if error.why == NOT_AN_OBJECT else source, "failed", error.why)
        return
    except (BrokenJson, MemoryError, OSError):
        raise
    except Exception:  # whatever a stranger's file brings a format to: the next item goes on
        yield ArchivedItem(source, "failed", UNREADABLE)
        return
    for message in messages:
        lighten(message)
    if not all(map(_fits, messages)):
        yield ArchivedItem(source, "failed", TOO_LARGE, item.key, item.source_id, item.title)
        return
    yield item
    yield from in_frames(map(_with_tokens, messages))


def _fits(message: ArchivedMessage) -> bool:
    """Whether it is no longer with its tokens than a line may be."""
    if characters_of(message) <= SURE_CHARACTERS:
        return True
    return (
        characters_of(message) <= TEXT_CHARACTERS
        and len(encoded([_with_tokens(message)])) <= LINE_BYTES
    )


def _with_tokens(message: ArchivedMessage) -> ArchivedMessage:
    found = sorted(tokens(message.content))
    return replace(message, tokens="\0" + "\0".join(found) if found else "")


def main() -> None:
    """`reader FILE FOLDER SKIP`"""
    limit()
    path, folder, skip = sys.argv[1:4]
    out = sys.stdout.buffer
    for frame in frames(Path(path), Path(folder), int(skip)):
        out.write(encoded(frame))
        out.flush()
    os._exit(0)  # nothing is left to tidy up


if __name__ == "__main__":
    main()
