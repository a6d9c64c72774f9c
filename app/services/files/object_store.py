"""Where the bytes of files are kept: a bucket that speaks S3.

Keys are laid out as in a folder (see storage.py), so that one can be copied to the other. The
bucket's address, region and keys are the variables AWS_… that every such program reads.
"""

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from io import BufferedReader, RawIOBase
from itertools import groupby
from pathlib import Path
from secrets import token_hex
from typing import IO, Any, cast

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from app.services.files.parts import CONTENT, PARTS, FilePart
from app.services.files.storage import ASIDE, FolderStorage, is_key, key_of, place_of

CONNECT_SECONDS, ANSWER_SECONDS = 5, 60
RETRIES = 2
READ_BYTES = 256 * 1024


class BucketStorage:
    """A bucket, or what lies below a prefix in it; drafts are on this machine's disk."""

    def __init__(self, url: str, drafts: FolderStorage) -> None:
        """`url`: `s3://BUCKET` or `s3://BUCKET/PREFIX`. Connects on first use."""
        self._drafts = drafts
        self._store = S3Store.from_url(
            url,
            client_options={
                "allow_http": True,  # where the endpoint is given so
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                "timeout": timedelta(seconds=ANSWER_SECONDS),
            },
            retry_config={
                "max_retries": RETRIES,
                "retry_timeout": timedelta(seconds=ANSWER_SECONDS),
            },
        )

    def draft(self) -> Path:
        return self._drafts.draft()

    def forget_drafts(self, before: float) -> None:
        self._drafts.forget_drafts(before)

    def keep(self, key: str, parts: Mapping[FilePart, Path]) -> None:
        # The content last: where it is, all is.
        for part in sorted(parts, key=lambda part: part == CONTENT):
            with _failures():
                obstore.put(self._store, place_of(key, part), parts[part])

    def open(self, key: str, part: FilePart) -> IO[bytes]:
        with _failures():
            size = obstore.head(self._store, place_of(key, part))["size"]
        return cast(
            IO[bytes], BufferedReader(_Object(self._store, place_of(key, part), size), READ_BYTES)
        )

    def has(self, key: str) -> bool:
        try:
            with _failures():
                obstore.head(self._store, place_of(key, CONTENT))
        except FileNotFoundError:
            return False
        return True

    def remove(self, key: str) -> None:
        with _failures():
            for part in PARTS:  # the content first: what is left is found as no file
                obstore.delete(self._store, place_of(key, part))

    def set_aside(self, key: str) -> str:
        name = token_hex(16)
        for part in PARTS:
            place = place_of(key, part)
            try:
                self._move(place, f"{ASIDE}/{name}/{place.rpartition('/')[2]}")
            except FileNotFoundError:
                continue
        return name

    def put_back(self, name: str) -> None:
        places = [found["path"] for found in self._listed(f"{ASIDE}/{name}/")]
        # The content last: where it is, all is.
        for place in sorted(places, reverse=True):
            self._move(place, place_of(*_named(place)))

    def let_go(self, name: str) -> None:
        places = [found["path"] for found in self._listed(f"{ASIDE}/{name}/")]
        with _failures():
            for place in places:
                obstore.delete(self._store, place)

    def aside(self, before: float) -> list[tuple[str, list[str]]]:
        found: dict[str, set[str]] = {}
        for each in self._listed(f"{ASIDE}/"):
            if each["last_modified"].timestamp() < before:
                name = each["path"].split("/")[1]
                found.setdefault(name, set()).add(_named(each["path"])[0])
        return [(name, sorted(keys)) for name, keys in found.items()]

    def keys(self) -> Iterator[tuple[str, float]]:
        # In the order of their names, as S3 lists them: the parts of one beside one another.
        placed = (each for each in self._listed() if not each["path"].startswith(f"{ASIDE}/"))
        for key, parts in groupby(placed, lambda each: _named(each["path"])[0]):
            if is_key(key):
                yield key, max(part["last_modified"].timestamp() for part in parts)

    def _listed(self, prefix: str = "") -> Iterator[Any]:
        with _failures():
            for some in obstore.list(self._store, prefix):
                yield from some

    def _move(self, place: str, to: str) -> None:
        with _failures():
            obstore.copy(self._store, place, to)
            obstore.delete(self._store, place)


class _Object(RawIOBase):
    """An object, read piece by piece."""

    def __init__(self, store: S3Store, place: str, size: int) -> None:
        self._store, self._place, self._size = store, place, size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        length = min(len(buffer), self._size - self._at)
        if length <= 0:
            return 0
        with _failures():
            data = obstore.get_range(self._store, self._place, start=self._at, length=length)
        buffer[: len(data)] = memoryview(data)
        self._at += len(data)
        return len(data)


def _named(place: str) -> tuple[str, FilePart]:
    """The key and the part of what lies in a place."""
    name = place.rpartition("/")[2]
    return key_of(name), cast(FilePart, name.partition(".")[2] or CONTENT)


@contextmanager
def _failures() -> Iterator[None]:
    """Failures as those of a disk; what the store says may hold an address."""
    try:
        yield
    except BaseError as error:
        raise OSError(errno.EIO, type(error).__name__) from None
