"""What an import leaves behind when it is refused, cancelled, or lies too long: nothing."""

import asyncio
import errno
import io
import zipfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, update
from sqlalchemy.engine import URL

from app.database import table_of
from app.models import Import, utc_now
from app.services.transfer.imports import WRITE_BYTES
from app.services.transfer.inbox import Inbox
from tests.conftest import StartServer
from tests.faults.watching import eventually
from tests.support.backups import backup, restore
from tests.support.migrated import migrated_database
from tests.support.server import PASSWORD, Person, RunningServer, running_server
from tests.transfer.imported import brought_in, chatgpt, conversation, ended, put, stored_of

pytestmark = pytest.mark.anyio

_import = table_of(Import)


def files_in(folder: Path) -> list[str]:
    found = (folder / "files" / "imports").iterdir()
    return sorted(path.name for path in found if path.name != "id")


async def nothing_is_left(folder: Path) -> None:
    async def is_empty() -> bool:
        return not await asyncio.to_thread(files_in, folder)

    await eventually(is_empty)


async def age(server: RunningServer, id: int, hours: int) -> None:
    """So many hours go by since an import began."""

    def older(connection: Connection) -> None:
        before = utc_now() - timedelta(hours=hours)
        connection.execute(update(_import).where(_import.c.id == id).values(created_at=before))

    await server.app.state.services.database.write(older)


async def state_of(person: Person, id: int) -> tuple[str, str | None]:
    found = (await person.get(f"/imports/{id}")).json()
    return found["status"], found.get("why")


@pytest.mark.parametrize(("name", "why"), [("../../evil.json", "paths"), ("a.txt", None)])
async def test_a_zip_that_means_harm_is_refused(
    start_server: StartServer, tmp_path: Path, name: str, why: str | None
) -> None:
    person = await (await start_server()).register()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, "[]")
    done = await brought_in(person, made.getvalue(), "chats.zip")
    assert (done["status"], done["why"]) == ("failed", why or "not_recognised")
    await nothing_is_left(tmp_path)


async def test_a_running_import_is_cancelled_and_undone(
    start_server: StartServer, tmp_path: Path
) -> None:
    person = await (await start_server()).register()
    many = [conversation(f"c{n}", [f"said {m}" for m in range(60)]) for n in range(300)]
    id = (await put(person, chatgpt(*many))).json()["id"]

    async def has_begun() -> bool:
        return bool((await person.get(f"/imports/{id}")).json()["created"])

    await eventually(has_begun)
    assert (await person.request("DELETE", f"/imports/{id}")).status_code == 204
    found = await ended(person, id)
    assert found["status"] == "cancelled"
    assert 0 < found["created"] < 300
    await nothing_is_left(tmp_path)
    again = await brought_in(person, chatgpt(*many[:1]))
    assert (again["created"], again["unchanged"]) == (0, 1)
    assert (await person.post(f"/imports/{id}/undo")).status_code == 202

    async def is_undone() -> bool:
        return bool((await person.get("/conversations")).json()["total"] == 0)

    await eventually(is_undone)


async def test_what_lies_too_long_is_swept(start_server: StartServer, tmp_path: Path) -> None:
    server = await start_server()
    bob, ada, eve = [await server.register() for _ in range(3)]
    of_bob = (await put(bob, b"[", "a", **{"Upload-Length": "9"})).json()["id"]
    for name in await asyncio.to_thread(files_in, tmp_path):
        await asyncio.to_thread((tmp_path / "files" / "imports" / name).unlink)
    of_ada = (await put(ada, b"[", "a", **{"Upload-Length": "9"})).json()["id"]
    of_eve = (await put(eve, b"[", "a", **{"Upload-Length": "9"})).json()["id"]
    stray = tmp_path / "files" / "imports" / "0123.spool-x"
    await asyncio.to_thread(stray.mkdir)
    await age(server, of_ada, 25)
    await age(server, of_bob, 1)
    await server.app.state.services.imports.sweep()
    assert await state_of(ada, of_ada) == ("failed", "expired")
    assert await state_of(bob, of_bob) == ("failed", "file_gone")
    assert await state_of(eve, of_eve) == ("uploading", None)
    assert len(await asyncio.to_thread(files_in, tmp_path)) == 1


async def test_an_account_that_is_deleted_takes_its_running_import_along(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = await start_server()
    person = await server.register()
    many = [conversation(f"c{n}", [f"said {m}" for m in range(60)]) for n in range(300)]
    id = (await put(person, chatgpt(*many))).json()["id"]

    async def has_begun() -> bool:
        return bool((await person.get(f"/imports/{id}")).json()["done"])

    await eventually(has_begun)
    answer = await person.request("DELETE", "/auth/me", json={"password": PASSWORD})
    assert answer.status_code == 204
    assert not any((await stored_of(server, person.id)).values())
    await nothing_is_left(tmp_path)


async def test_a_disk_that_is_full_in_the_middle(
    start_server: StartServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await (await start_server()).register()
    data = chatgpt(*[conversation(f"c{n}", ["one " * 99, "two " * 99]) for n in range(900)])
    assert len(data) > 2 * WRITE_BYTES
    write, written = Inbox.write, [0]

    def until_full(inbox: Inbox, name: str, offset: int, data: bytes) -> None:
        if written[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        written[0] += len(data)
        write(inbox, name, offset, data)

    with monkeypatch.context() as patch:
        patch.setattr(Inbox, "write", until_full)
        answer = await put(person, data)
        assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert written[0] > 0
    [found] = (await person.get("/imports")).json()["imports"]
    assert await state_of(person, found["id"]) == ("failed", "storage_full")
    await nothing_is_left(tmp_path)
    assert (await brought_in(person, chatgpt(conversation("a", ["one", "two"]))))["created"] == 1


async def test_a_restored_backup_has_no_import_that_waits_for_its_file(
    database_server: URL, tmp_path: Path
) -> None:
    """Its file is in no backup; the next import can begin."""
    file, first, second = tmp_path / "a.backup", tmp_path / "first", tmp_path / "second"
    with ExitStack() as stack:
        old, new = [
            await asyncio.to_thread(stack.enter_context, migrated_database(database_server, folder))
            for folder in (first, second)
        ]
        async with running_server(database_url=old, data_dir=first) as server:
            ada = await server.register()
            begun = (await put(ada, b"[", "a", **{"Upload-Length": "9"})).json()["id"]
            await asyncio.to_thread(backup, old, file)
        await asyncio.to_thread(restore, new, file)
        async with running_server(database_url=new, data_dir=second) as server:
            ada = await server.log_in(ada.name, PASSWORD)
            assert await state_of(ada, begun) == ("failed", "file_gone")
            done = await brought_in(ada, chatgpt(conversation("a", ["one", "two"])))
            assert done["created"] == 1
        await asyncio.to_thread(stack.close)
