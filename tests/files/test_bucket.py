"""Files in a bucket that speaks S3: kept, handed out, sent, swept and backed up as in a folder."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import obstore
import pytest
from obstore.store import S3Store

from app.services.backup.restore import missing_files, restore_backup
from app.services.backup.snapshot import make_backup
from app.services.files.place import open_storage
from app.services.files.storage import Storage
from tests.conftest import StartServer
from tests.files.made import picture, put, send, uploaded
from tests.files.test_backup import files_in, in_silence, settings
from tests.files.test_sent_to_models import asked
from tests.support.private_servers import free_port
from tests.support.server import PASSWORD, running_server
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

URL = "s3://the-files/of ours"


@pytest.fixture(scope="module")
async def address(anyio_backend: str) -> AsyncIterator[str]:
    """A server that speaks S3, with one bucket."""
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    command = (sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))
    process = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        async with httpx2.AsyncClient(trust_env=False) as http:
            while True:
                try:
                    await http.put(f"{here}/the-files")
                    break
                except httpx2.TransportError:
                    assert process.returncode is None
                    await asyncio.sleep(0.05)
        yield here
    finally:
        process.kill()
        await process.wait()


@pytest.fixture(autouse=True)
async def bucket(address: str, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    """The bucket, empty, with the variables by which every such program finds it."""
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "an id",
        "AWS_SECRET_ACCESS_KEY": "a secret",
    }.items():
        monkeypatch.setenv(name, value)
    store = await asyncio.to_thread(S3Store.from_url, URL, client_options={"allow_http": True})
    for name in await names_in(store):
        await obstore.delete_async(store, name)
    return store


async def names_in(bucket: S3Store) -> list[str]:
    """What lies in the bucket."""
    return [found["path"] for found in await obstore.list(bucket).collect_async()]


async def test_files_are_kept_and_handed_out(
    start_server: StartServer, upstream: ScriptedUpstream, bucket: S3Store
) -> None:
    server = await start_server(files_url=URL)
    person = await server.person_with_model(upstream.url)
    words = b"words " * 200_000
    text, cat = await uploaded(person, words), await uploaded(person, picture((9, 9)))
    assert len(await names_in(bucket)) == 4
    assert (await person.get(f"/attachments/{text['id']}")).content == words
    assert (await person.get(f"/attachments/{text['id']}/text")).content == words
    small = await person.get(f"/attachments/{cat['id']}/thumbnail")
    assert small.headers["content-type"] == "image/jpeg"
    place = await person.conversation("named")
    await send(person, place, "look", cat["id"])
    sent = asked(upstream)[-1]
    assert [part["type"] for part in sent] == ["text", "image_url"]
    assert (await person.request("DELETE", f"/attachments/{text['id']}")).status_code == 204
    assert len(await names_in(bucket)) == 2
    gone = await person.request("DELETE", "/auth/me", json={"password": PASSWORD})
    assert gone.status_code == 204
    assert await names_in(bucket) == []


async def test_what_nobody_knows_is_swept(
    start_server: StartServer, bucket: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start_server(files_url=URL)
    person = await server.register()
    file = await uploaded(person, b"words")
    known = await names_in(bucket)
    storage: Storage = server.app.state.services.files._storage

    def leave_behind() -> str:
        name = storage.set_aside(next(iter(storage.keys()))[0])
        (storage.draft() / "x").write_bytes(b"x")
        draft = storage.draft()
        (draft / "x").write_bytes(b"x")
        storage.keep("ab" * 32, {"content": draft / "x", "text": draft / "x"})
        return name

    name = await asyncio.to_thread(leave_behind)
    assert (await person.get(f"/attachments/{file['id']}")).status_code == 404
    assert f"aside/{name}/" in "".join(await names_in(bucket))
    later = time.time() + 48 * 3_600
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: later)
        for _ in range(2):
            await server.app.state.services.files.sweep(0)
    assert await names_in(bucket) == known
    assert (await person.get(f"/attachments/{file['id']}")).status_code == 200


async def test_a_bucket_that_is_away_is_no_fault_of_the_server(
    start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    server = await start_server(files_url=URL)
    person = await server.register()
    answer = await put(person, b"words")
    assert (answer.status_code, answer.json()["code"]) == (503, "server_busy")
    assert (await person.get("/attachments")).json()["used_bytes"] == 0


async def test_a_backup_goes_from_a_bucket_to_a_folder_and_back(
    tmp_path: Path, bucket: S3Store
) -> None:
    old, new, kept = (tmp_path / name for name in ("old", "new", "kept"))
    for folder in (old, new, kept):
        await asyncio.to_thread(folder.mkdir)
    here: dict[str, Any] = {"database_url": f"sqlite:///{old / 'chat.db'}", "data_dir": old}
    async with running_server(**here, files_url=URL) as server:
        await uploaded(await server.register(), b"words")
    names = await names_in(bucket)

    def round_trip() -> None:
        make_backup(settings(old).model_copy(update={"files_url": URL}), kept / "1", in_silence)
        assert files_in(kept) == [os.path.basename(name) for name in names]
        assert missing_files(kept / "1", in_silence)[1] == []
        for name in names:
            obstore.delete(bucket, name)
        to = settings(new).model_copy(update={"files_url": URL})
        restore_backup(to, kept / "1", in_silence)
        keys = [key for key, _ in open_storage(URL, new).keys()]
        assert keys == [min(files_in(kept))]

    await asyncio.to_thread(round_trip)
    assert await names_in(bucket) == names
