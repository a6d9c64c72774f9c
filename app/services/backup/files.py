"""The files of a backup: in a folder beside it, shared by all backups there.

Each lies there once, under the same key as in the store. Its time is that of the last backup that
has it, so that what no backup has any more can be told by that alone.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection, select

from app.config import Settings
from app.database import table_of
from app.models import File
from app.services.backup.archive import made_at
from app.services.backup.tables import RowValues
from app.services.files.kinds import is_picture
from app.services.files.parts import CONTENT, PARTS, TEXT_PART, THUMBNAIL, FilePart
from app.services.files.place import open_storage
from app.services.files.storage import FolderStorage, Storage

FOLDER = "files"
ROWS_AT_ONCE = 500
BYTES_AT_ONCE = 1024 * 1024
CLOCKS_APART_SECONDS = 24 * 3_600
"""A folder of another machine gives files that machine's time."""

_file = table_of(File)


def beside(path: Path) -> FolderStorage:
    """Where the files of a backup are."""
    return FolderStorage(path.parent / FOLDER)


def copy_out(
    connection: Connection, settings: Settings, path: Path, progress: Callable[[int], None]
) -> int:
    """Copy what the backup at `path` needs and its folder has not; how many are not there to be
    copied. `progress` is told of each, and may break it off."""
    store, folder = open_storage(settings.files_url, settings.data_dir), beside(path)
    lost = 0
    for key in _keys(connection):
        progress(0)
        if folder.has(key):
            folder.touch(key)
        elif not _copied(store, folder, key):
            lost += 1
    return lost


def copy_in(settings: Settings, path: Path, keys: Iterable[str]) -> list[str]:
    """Bring files back into the store; the keys of those that lie neither there nor beside the
    backup."""
    store, folder = open_storage(settings.files_url, settings.data_dir), beside(path)
    return [key for key in keys if not (store.has(key) or _copied(folder, store, key))]


def is_whole(folder: Storage, row: RowValues) -> bool:
    """Whether the file of a row lies in the folder: the bytes that its key is of, and what was made
    of them."""
    key = row["hash"].hex()
    digest = hashlib.sha256(f"{row['user_id']}\n".encode())
    try:
        with folder.open(key, CONTENT) as content:
            while data := content.read(BYTES_AT_ONCE):
                digest.update(data)
        with folder.open(key, THUMBNAIL if is_picture(row["type"]) else TEXT_PART):
            pass
    except FileNotFoundError:
        return False
    return bool(digest.digest() == row["hash"])


def give_up_unused(folder: Path) -> None:
    """Delete files that no backup in a folder has: those that no backup there has copied or found
    since the oldest of them was begun."""
    made = [made_at(Path(entry)) for entry in os.scandir(folder) if entry.is_file()]
    if not made:
        return
    files = FolderStorage(folder / FOLDER)
    for key, at in list(files.keys()):
        if at < min(made) - CLOCKS_APART_SECONDS:
            files.remove(key)


def _keys(connection: Connection) -> Iterator[str]:
    after: int | None = 0
    while after is not None:
        page = select(_file.c.id, _file.c.hash).where(_file.c.id > after).order_by(_file.c.id)
        rows = connection.execute(page.limit(ROWS_AT_ONCE)).all()
        yield from dict.fromkeys(row.hash.hex() for row in rows)
        after = rows[-1].id if len(rows) == ROWS_AT_ONCE else None


def _copied(source: Storage, target: Storage, key: str) -> bool:
    """Copy all parts of a file; False where there is none."""
    draft = target.draft()
    try:
        parts: dict[FilePart, Path] = {}
        for part in PARTS:
            try:
                with source.open(key, part) as stream, (draft / part).open("wb") as copy:
                    shutil.copyfileobj(stream, copy, BYTES_AT_ONCE)
            except FileNotFoundError:
                continue
            parts[part] = draft / part
        if CONTENT not in parts:
            return False
        target.keep(key, parts)
        return True
    finally:
        shutil.rmtree(draft, ignore_errors=True)
