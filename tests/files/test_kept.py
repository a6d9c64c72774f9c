"""What is kept of files: as much as the quota allows, and as long as a message holds them."""

import asyncio
import errno
import os
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from app.database import table_of
from app.middleware import limits
from app.models import Conversation, File, utc_now
from app.services.files.bytes import StoredBytes
from app.services.files.storage import FolderStorage
from app.services.files.sweep import KEYS_AT_ONCE, next_keys
from tests.conftest import StartServer
from tests.files.made import path_of, picture, put, send, stored_files, uploaded
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server import PASSWORD, Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

_file = table_of(File)
_conversation = table_of(Conversation)
DAY = timedelta(hours=25)


async def change(server: RunningServer, table: Any, *which: Any, **values: Any) -> None:
    """Change rows behind the server's back."""

    def work(connection: Connection) -> None:
        connection.execute(update(table).where(*which).values(**values))

    await server.app.state.services.database.write(work)


async def sweep(server: RunningServer, *which: Any) -> None:
    """Two sweeps, an hour apart as far as these files know."""
    files = server.app.state.services.files
    await files.sweep(0)
    ago = utc_now() - timedelta(hours=1)
    await change(server, _file, _file.c.unused_at.is_not(None), *which, unused_at=ago)
    await files.sweep(0)


async def is_there(person: Person, file: Any) -> bool:
    return (await person.get(f"/attachments/{file['id']}")).status_code == 200


async def test_what_was_never_sent_is_swept(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    person = await server.person_with_model(upstream.url)
    sent, unsent, fresh = [await uploaded(person, name.encode()) for name in ("a", "b", "c")]
    await send(person, await person.conversation("named"), "", sent["id"])
    old = _file.c.id.in_([sent["id"], unsent["id"]])
    await change(server, _file, old, created_at=utc_now() - DAY)
    await server.app.state.services.files.sweep(0)
    assert await is_there(person, unsent)  # one pass only looks
    await sweep(server)
    assert [await is_there(person, file) for file in (sent, unsent, fresh)] == [True, False, True]
    assert not await asyncio.to_thread(path_of(server, person, b"b").exists)
    assert await asyncio.to_thread(path_of(server, person, b"a").exists)


async def test_a_file_goes_with_the_last_message_that_holds_it(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    person = await server.person_with_model(upstream.url)
    file = await uploaded(person, b"held twice")
    places = [await person.conversation("named") for _ in range(2)]
    for place in places:
        await send(person, place, "", file["id"])
    await change(server, _file, _file.c.id == file["id"], created_at=utc_now() - DAY)
    for place, stays in zip(places, (True, False), strict=True):
        await person.request("DELETE", f"/conversations/{place}")
        long_ago = utc_now() - timedelta(days=40)
        await change(server, _conversation, _conversation.c.id == place, deleted_at=long_ago)
        await server.app.state.services.purger.purge()
        await sweep(server)
        assert await is_there(person, file) is stays
    assert (await person.get("/attachments")).json()["used_bytes"] == 0


async def test_bytes_that_no_row_knows_are_swept(server: RunningServer) -> None:
    person = await server.register()
    known = path_of(server, person, b"known")
    stray, fresh = path_of(server, person, b"stray"), path_of(server, person, b"fresh")
    draft = stray.parents[2] / "drafts" / "left behind"
    await uploaded(person, b"known")

    def leave() -> None:
        draft.mkdir(parents=True, exist_ok=True)
        for path in (stray, fresh, draft / "source"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
        ago = time.time() - DAY.total_seconds()
        for path in (known, stray, draft):
            os.utime(path, (ago, ago))

    await asyncio.to_thread(leave)
    files = server.app.state.services.files
    await files.sweep(0)
    assert await asyncio.to_thread(stray.exists)
    await files.sweep(0)
    there = [await asyncio.to_thread(path.exists) for path in (known, stray, fresh, draft)]
    assert there == [True, False, True, False]


async def test_files_go_with_the_account(server: RunningServer, upstream: ScriptedUpstream) -> None:
    person = await server.person_with_model(upstream.url)
    before = await asyncio.to_thread(stored_files, server)
    cat, other = await uploaded(person, picture((11, 11))), await uploaded(person, b"unsent")
    await send(person, await person.conversation("named"), "", cat["id"])
    assert len(await asyncio.to_thread(stored_files, server)) > len(before)
    answer = await person.request("DELETE", "/auth/me", json={"password": PASSWORD})
    assert answer.status_code == 204
    assert await asyncio.to_thread(stored_files, server) == before
    assert other["id"]

    def left(connection: Connection) -> list[Any]:
        return [*connection.execute(select(_file.c.id).where(_file.c.user_id == person.id))]

    assert await server.app.state.services.database.read(left) == []


async def test_the_quota_is_exact(start_server: StartServer) -> None:
    server = await start_server(attachments_quota_bytes=1000)
    person = await server.register()
    # Each takes twice its bytes: itself, and its text.
    answers = await asyncio.gather(*[put(person, f"{n:099}".encode(), f"{n}") for n in range(9)])
    codes = [answer.status_code for answer in answers]
    assert codes.count(201) == 5, [answer.text for answer in answers]
    refused = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert refused == {"quota_reached"}
    assert (await person.get("/attachments")).json()["used_bytes"] == 5 * 198
    assert len(await asyncio.to_thread(stored_files, server)) == 5 * 2
    first = next(answer.json() for answer in answers if answer.status_code == 201)
    await person.request("DELETE", f"/attachments/{first['id']}")
    assert (await put(person, b"a" * 105)).status_code == 409
    assert (await put(person, b"a" * 99)).status_code == 201


@pytest.mark.databases("sqlite")
async def test_a_disk_that_is_full(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    person = await server.register()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(FolderStorage, "keep", full)
        answer = await put(person, b"words")
        assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
        assert "retry-after" in answer.headers
    assert (await person.get("/attachments")).json()["used_bytes"] == 0
    await uploaded(person, b"words")


async def slowly(person: Person, pieces: list[bytes], pause: float) -> int:
    """The status of an upload that comes in pieces."""

    async def body() -> Any:
        for piece in pieces:
            yield piece
            await asyncio.sleep(pause)

    length = {"Content-Length": str(sum(map(len, pieces)))}
    answer = await person.request("PUT", "/attachments", content=body(), headers=length)
    return answer.status_code


@pytest.mark.databases("sqlite")
async def test_an_upload_may_take_its_time_as_long_as_it_comes(
    start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start_server(request_timeout_seconds=0.2)
    person = await server.register()
    assert await slowly(person, [b"words "] * 5, 0.1) == 201
    monkeypatch.setattr(limits, "PACE_SECONDS", 1)
    monkeypatch.setattr(limits, "PACE_BYTES", 1000)
    assert await slowly(person, [b"a" * 1000] * 4, 0.1) == 201
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = f"PUT /attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n"
    writer.write(f"{head}Content-Length: 9\r\n\r\na".encode())
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
    writer.close()


@pytest.mark.databases("sqlite")
async def test_looking_at_files_has_a_budget_of_its_own(start_server: StartServer) -> None:
    server = await start_server(rate_limit_per_minute=10)
    person = await server.register()
    file = await uploaded(person, b"words")
    answers = [await person.get(f"/attachments/{file['id']}") for _ in range(30)]
    assert {answer.status_code for answer in answers} == {200}
    for _ in range(20):
        answer = await person.get("/attachments")
    assert answer.status_code == 429
    assert await is_there(person, file)


def folder_of(server: RunningServer) -> Path:
    folder: Path = server.app.state.settings.data_dir
    return folder


@pytest.mark.databases("sqlite")
async def test_files_lie_where_they_are_to(start_server: StartServer, tmp_path: Path) -> None:
    place = tmp_path / "a place"
    server = await start_server(files_url=f"file://{place}".replace(" ", "%20"))
    person = await server.register()
    await uploaded(person, b"words")
    found = await asyncio.to_thread(lambda: [p for p in place.rglob("*") if p.is_file()])
    assert len(found) == 2
    assert not await asyncio.to_thread((folder_of(server) / "files").exists)


async def test_bytes_are_not_let_go_of_under_an_upload_of_the_same(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As between two processes: one has removed its row, and stands still before the bytes."""
    person = await server.register()
    first = await uploaded(person, b"the same words")
    stands, goes_on = asyncio.Event(), asyncio.Event()
    let_go = StoredBytes.let_go

    async def late(self: StoredBytes, keys: Sequence[str]) -> int:
        stands.set()
        await goes_on.wait()
        return await let_go(self, keys)

    monkeypatch.setattr(StoredBytes, "let_go", late)
    removing = asyncio.create_task(person.request("DELETE", f"/attachments/{first['id']}"))
    await stands.wait()
    second = await uploaded(person, b"the same words")
    goes_on.set()
    assert (await removing).status_code == 204
    assert await is_there(person, second)
    assert (await person.request("DELETE", f"/attachments/{second['id']}")).status_code == 204
    assert not await asyncio.to_thread(path_of(server, person, b"the same words").exists)


async def test_an_upload_of_bytes_that_are_set_aside_says_so(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other order: its bytes were set aside before it has put its row down."""
    person = await server.register()
    path = path_of(server, person, b"words")
    keep = FolderStorage.keep

    def aside(self: FolderStorage, key: str, parts: Any) -> None:
        keep(self, key, parts)
        self.let_go(self.set_aside(key))

    with monkeypatch.context() as patch:
        patch.setattr(FolderStorage, "keep", aside)
        answer = await put(person, b"words", **{"Idempotency-Key": "once"})
    assert (answer.status_code, answer.json()["code"]) == (503, "server_busy")
    assert (await person.get("/attachments")).json()["used_bytes"] == 0
    answer = await put(person, b"words", **{"Idempotency-Key": "once"})
    assert answer.status_code == 201
    assert await asyncio.to_thread(path.exists)


async def test_what_a_killed_process_had_set_aside_is_put_back_or_removed(
    server: RunningServer,
) -> None:
    person = await server.register()
    needed = await uploaded(person)
    storage = FolderStorage(folder_of(server) / "files")

    def set_aside() -> None:
        kept = {key for key, _ in storage.keys()}
        (storage.root / "source").write_bytes(b"x")
        stray = "ab" * 32
        storage.keep(stray, {"content": storage.root / "source"})
        for key in (stray, *kept):
            name = storage.set_aside(key)
            os.utime(storage.root / "aside" / name, (time.time() - 3_600,) * 2)
        storage.set_aside("cd" * 32)  # just now: its process may live

    await asyncio.to_thread(set_aside)
    assert not await is_there(person, needed)
    await server.app.state.services.files.sweep(0)
    assert await is_there(person, needed)
    assert (await person.get(f"/attachments/{needed['id']}/thumbnail")).status_code == 200
    left = await asyncio.to_thread(lambda: [*(storage.root / "aside").iterdir()])
    assert len(left) == 1


async def test_a_store_that_takes_no_changes_is_no_fault_of_the_server(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await server.register()
    file = await uploaded(person, b"words")

    def read_only(*_: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(FolderStorage, "remove", read_only)
        patch.setattr(FolderStorage, "set_aside", read_only)
        assert (await person.request("DELETE", f"/attachments/{file['id']}")).status_code == 204
        await uploaded(person, b"other words")
        gone = await person.request("DELETE", "/auth/me", json={"password": PASSWORD})
        assert (gone.status_code, gone.json()["code"]) == (503, "server_busy")
    again = await server.log_in(person.name, PASSWORD)
    gone = await again.request("DELETE", "/auth/me", json={"password": PASSWORD})
    assert gone.status_code == 204


def test_every_stray_is_found(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    keys = [f"{number:064x}" for number in range(2 * KEYS_AT_ONCE + 3)]
    for key in keys:
        (tmp_path / "source").write_bytes(b"x")
        storage.keep(key, {"content": tmp_path / "source"})
    found = storage.keys()
    seen: list[str] = []
    while some := next_keys(found):
        seen += [key for key, _ in some]
    assert sorted(seen) == keys
