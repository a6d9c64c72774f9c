"""A backup has the attached files beside it, each once, and brings them back."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from app.services.backup.files import give_up_unused
from app.services.backup.restore import missing_files, restore_backup
from app.services.backup.snapshot import make_backup
from tests.files.made import picture, send, uploaded
from tests.support.backups import command
from tests.support.server import ENCRYPTION_KEY, PASSWORD, SECRET_KEY, running_server
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


def settings(folder: Path) -> Settings:
    options: dict[str, Any] = {"secret_key": SECRET_KEY, "encryption_key": ENCRYPTION_KEY}
    url = f"sqlite:///{folder / 'chat.db'}"
    return Settings(_env_file=None, **options, database_url=url, data_dir=folder)


def in_silence(*_: object) -> Any:
    return lambda count: None


def files_in(folder: Path) -> list[str]:
    found = (path for path in (folder / "files").rglob("*") if path.is_file())
    return sorted(path.name for path in found)


async def test_files_come_back(upstream: ScriptedUpstream, tmp_path: Path) -> None:
    old, new, kept = (tmp_path / name for name in ("old", "new", "kept"))
    for folder in (old, new, kept):
        await asyncio.to_thread(folder.mkdir)
    here = {"database_url": f"sqlite:///{old / 'chat.db'}", "data_dir": old}
    async with running_server(**here) as server:
        ada = await server.person_with_model(upstream.url)
        cat, text = await uploaded(ada, picture((9, 9))), await uploaded(ada, b"words")
        place = await ada.conversation("named")
        await send(ada, place, "look", cat["id"], text["id"])
        content = (await ada.get(f"/attachments/{cat['id']}")).content
        history = await ada.messages(place)

    def round_trip() -> None:
        for name in ("1.backup", "2.backup"):
            make_backup(settings(old), kept / name, in_silence)
        assert files_in(kept) == files_in(old)
        assert len(files_in(kept)) == 4
        assert missing_files(kept / "1.backup", in_silence)[1] == []
        restore_backup(settings(new), kept / "1.backup", in_silence)
        assert files_in(new) == files_in(old)

    await asyncio.to_thread(round_trip)
    there = {"database_url": f"sqlite:///{new / 'chat.db'}", "data_dir": new}
    async with running_server(**there) as server:
        again = await server.log_in(ada.name, PASSWORD)
        assert (await again.get(f"/attachments/{cat['id']}")).content == content
        assert await again.messages(place) == history

    def lose() -> None:
        lost = next(p for p in (kept / "files").rglob("*") if p.is_file() and "." not in p.name)
        lost.write_bytes(b"something else")
        url = f"sqlite:///{old / 'chat.db'}"
        checked = command(tmp_path, url, "restore", kept / "1.backup", "--check")
        assert checked.returncode == 1
        assert lost.name in checked.stderr
        lost.unlink()
        checked = command(tmp_path, url, "restore", kept / "1.backup", "--check")
        assert (checked.returncode, "1 files" in checked.stderr) == (1, True)

    await asyncio.to_thread(lose)


async def test_what_no_backup_has_any_more_goes(tmp_path: Path) -> None:
    """A backup counts from when it was begun: its file is older than its last rows, and than copies
    of it."""
    here = {"database_url": f"sqlite:///{tmp_path / 'chat.db'}", "data_dir": tmp_path}
    async with running_server(**here) as server:
        person = await server.register()
        await uploaded(person, b"kept")
    folder = tmp_path / "backups"
    days = 24 * 3_600

    def after_days() -> None:
        folder.mkdir()
        path = folder / "20260101T000000.000000Z.backup"
        make_backup(settings(tmp_path), path, in_silence)
        held = files_in(folder)
        assert len(held) == 2
        unknown = folder / "files" / "aa" / "aa" / ("a" * 64)
        unknown.parent.mkdir(parents=True)
        unknown.write_bytes(b"x")
        now = time.time()
        os.utime(unknown, (now - 2 * days, now - 2 * days))
        os.utime(path, (now + 2 * days, now + 2 * days))
        give_up_unused(folder)
        assert files_in(folder) == held
        assert missing_files(path, in_silence)[1] == []

    await asyncio.to_thread(after_days)


async def test_what_was_made_of_a_file_is_asked_for_too(tmp_path: Path) -> None:
    here = {"database_url": f"sqlite:///{tmp_path / 'chat.db'}", "data_dir": tmp_path}
    async with running_server(**here) as server:
        person = await server.register()
        await uploaded(person, b"words")
        await uploaded(person)

    def lose_each() -> None:
        (tmp_path / "kept").mkdir()
        path = tmp_path / "kept" / "1.backup"
        make_backup(settings(tmp_path), path, in_silence)
        parts = [p for p in (tmp_path / "kept").rglob("*") if p.suffix in (".text", ".thumbnail")]
        assert len(parts) == 2
        for part in parts:
            part.unlink()
        assert len(missing_files(path, in_silence)[1]) == 2

    await asyncio.to_thread(lose_each)


async def test_no_row_comes_back_without_room_for_its_files(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        await asyncio.to_thread(folder.mkdir)
    here = {"database_url": f"sqlite:///{old / 'chat.db'}", "data_dir": old}
    async with running_server(**here) as server:
        await uploaded(await server.register())

    def round_trip() -> None:
        make_backup(settings(old), tmp_path / "1.backup", in_silence)
        nowhere = settings(new).model_copy(update={"files_url": "file:///dev/null/files"})
        with pytest.raises(OSError):
            restore_backup(nowhere, tmp_path / "1.backup", in_silence)
        restore_backup(settings(new), tmp_path / "1.backup", in_silence)  # it is empty still
        assert files_in(new) == files_in(old)

    await asyncio.to_thread(round_trip)
