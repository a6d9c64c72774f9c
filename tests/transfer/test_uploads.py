"""The file of an import comes in: in one piece, in several, after it broke off, and no more of it
than may."""

import asyncio
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.faults.watching import eventually
from tests.support.server import Person, RunningServer
from tests.transfer.imported import patch, put

pytestmark = pytest.mark.anyio


def names_in(folder: Path) -> list[str]:
    found = (folder / "files" / "imports").iterdir()
    return sorted(path.name for path in found if path.name != "id")


async def files_in(folder: Path) -> list[str]:
    """What lies there to be imported."""
    return await asyncio.to_thread(names_in, folder)


async def until_more_came(person: Person) -> int:
    """The id of an import of which something has come."""
    ids: list[int] = []

    async def has_come() -> bool:
        ids[:] = [each["id"] for each in (await person.get("/imports")).json()["imports"]]
        return bool(ids) and (await offset_of(person, ids[0]))[1] != "0"

    await eventually(has_come)
    return ids[0]


async def offset_of(person: Person, id: int) -> tuple[int, str, str | None]:
    answer = await person.request("HEAD", f"/imports/{id}")
    headers = answer.headers
    return answer.status_code, headers["upload-offset"], headers.get("upload-length")


async def begin_and_break_off(server: RunningServer, person: Person, data: bytes) -> int:
    """Send half of a body, and go away; the id of the import."""
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    named = "".join(f"{name}: {value}\r\n" for name, value in person.headers.items())
    length = f"Content-Length: {len(data)}\r\n"
    head = f"PUT /imports?name=a HTTP/1.1\r\nHost: localhost\r\n{length}{named}\r\n"
    writer.write(head.encode() + data[: len(data) // 2])
    await writer.drain()
    id = await until_more_came(person)
    writer.close()
    return id


async def test_a_file_comes_in_parts(start_server: StartServer, tmp_path: Path) -> None:
    person = await (await start_server()).register()
    first = await put(person, b"[", "../years of chats.json", **{"Upload-Length": "12"})
    assert (first.status_code, first.headers["upload-offset"]) == (202, "1")
    id = first.json()["id"]
    assert first.json() == {
        "id": id,
        "name": "years of chats.json",
        "status": "uploading",
        "format": None,
        **dict.fromkeys(("done", "created", "updated", "unchanged", "skipped", "failed"), 0),
        "messages": 0,
        "created_at": first.json()["created_at"],
        "ended_at": None,
        "size": 12,
    }
    assert await offset_of(person, id) == (200, "1", "12")
    assert (await put(person, b"[]")).json()["code"] == "import_running"
    wrong = await patch(person, id, 5, b"x")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "wrong_offset")
    assert wrong.headers["upload-offset"] == "1"
    assert (await patch(person, id, 1, b"x" * 12)).json()["code"] == "invalid_input"
    more = await patch(person, id, 1, b"        ")
    assert (more.json()["status"], more.headers["upload-offset"]) == ("uploading", "9")
    assert len(await files_in(tmp_path)) == 1
    whole = await patch(person, id, 9, b"  ]")
    assert (whole.status_code, whole.json()["size"]) == (202, 12)
    assert whole.json()["status"] in ("waiting", "running", "done", "failed")
    assert (await offset_of(person, id)) == (200, "12", "12")
    assert (await patch(person, id, 12, b"")).json()["code"] == "import_over"
    assert (await person.get("/imports")).json()["max_bytes"] == 2 * 1024**3


async def test_what_broke_off_goes_on_where_it_was(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = await start_server()
    person = await server.register()
    data = bytes(range(250)) * 4000
    id = await begin_and_break_off(server, person, data)
    person.server = await start_server()
    status, offset, length = await offset_of(person, id)
    assert (status, length) == (200, "1000000")
    assert 0 < int(offset) <= 500_000
    # What the first process had still in its hands may come meanwhile.
    while (rest := await patch(person, id, int(offset), data[int(offset) :])).status_code == 409:
        offset = rest.headers["upload-offset"]
    assert (rest.status_code, rest.headers["upload-offset"]) == (202, "1000000")
    for name in await files_in(tmp_path):
        there = (tmp_path / "files" / "imports" / name).read_bytes
        assert await asyncio.to_thread(there) == data


async def test_two_that_go_on_at_once_leave_one_file(
    start_server: StartServer, tmp_path: Path
) -> None:
    person = await (await start_server()).register()
    data = bytes(range(256)) * 4096
    half = len(data) // 2
    answer = await put(person, data[:1], "a", **{"Upload-Length": str(len(data))})
    id = answer.json()["id"]
    both = await asyncio.gather(*(patch(person, id, 1, data[1:half]) for _ in range(2)))
    statuses = sorted(answer.status_code for answer in both)
    assert statuses in ([202, 409], [202, 202], [409, 409])
    offset = int((await offset_of(person, id))[1])
    assert 1 < offset <= half
    [name] = await files_in(tmp_path)
    there = await asyncio.to_thread((tmp_path / "files" / "imports" / name).read_bytes)
    assert there == data[:offset]


@pytest.mark.databases("sqlite")
async def test_no_more_comes_in_than_may(start_server: StartServer, tmp_path: Path) -> None:
    person = await (await start_server(imports_max_bytes=300_000)).register()
    data = b"x" * 300_001

    async def undeclared() -> object:
        yield data

    for length in ({"Upload-Length": "300001"}, {}):
        refused = await put(person, b"" if length else data, "a", **length)
        assert (refused.status_code, refused.json()["code"]) == (413, "import_too_large")
    assert (await person.get("/imports")).json()["imports"] == []
    refused = await person.request("PUT", "/imports", content=undeclared())
    assert (refused.status_code, refused.json()["code"]) == (413, "import_too_large")
    [found] = (await person.get("/imports")).json()["imports"]
    assert (found["status"], found["why"]) == ("failed", "too_large")
    assert await files_in(tmp_path) == []


async def test_an_import_is_its_owners_alone(start_server: StartServer, tmp_path: Path) -> None:
    server = await start_server()
    ada, bob = await server.register(), await server.register()
    id = (await put(ada, b"[", "a", **{"Upload-Length": "9"})).json()["id"]
    for path in (f"/imports/{id}", "/imports/999999999"):
        answers = [
            await bob.get(path),
            await bob.get(f"{path}/items"),
            await bob.request("DELETE", path),
            await bob.post(f"{path}/undo"),
            await bob.request("PATCH", path, content=b"x", headers={"Upload-Offset": "1"}),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert {answer.json()["code"] for answer in answers} == {"import_not_found"}
        assert (await bob.request("HEAD", path)).status_code == 404
    assert (await bob.get("/imports")).json()["imports"] == []
    assert (await ada.get(f"/imports/{id}")).json()["status"] == "uploading"


async def test_a_cancelled_import_leaves_no_file(start_server: StartServer, tmp_path: Path) -> None:
    person = await (await start_server()).register()
    id = (await put(person, b"[", "a", **{"Upload-Length": "9"})).json()["id"]
    assert (await person.post(f"/imports/{id}/undo")).json()["code"] == "import_running"
    for _ in range(2):
        assert (await person.request("DELETE", f"/imports/{id}")).status_code == 204
    found = (await person.get(f"/imports/{id}")).json()
    assert (found["status"], found["ended_at"] is None) == ("cancelled", False)
    assert await files_in(tmp_path) == []
    assert (await patch(person, id, 1, b"x")).json()["code"] == "import_over"
    assert (await put(person, b"[", "b", **{"Upload-Length": "9"})).status_code == 202


async def test_an_account_that_goes_takes_its_imports_along(
    start_server: StartServer, tmp_path: Path
) -> None:
    person = await (await start_server()).register()
    await put(person, b"[", "a", **{"Upload-Length": "9"})
    gone = await person.request("DELETE", "/auth/me", json={"password": "correct horse battery"})
    assert gone.status_code == 204
    assert await files_in(tmp_path) == []
