"""Files are taken in, handed out to their owner alone, and sent with messages."""

from io import BytesIO

import pytest
from PIL import Image

from tests.files.made import picture, put, send, uploaded
from tests.support.server import RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


@pytest.mark.databases("sqlite")
async def test_a_picture_is_drawn_anew_and_handed_out(server: RunningServer) -> None:
    person = await server.register()
    answer = await put(person, picture((3000, 1500), "JPEG"), "../holiday/cat.jpg")
    assert answer.status_code == 201
    file = answer.json()
    assert file == {
        "id": file["id"],
        "name": "cat.jpg",
        "type": "image/jpeg",
        "bytes": file["bytes"],
        "width": 2000,
        "height": 1000,
        "tokens": 1600,
    }
    found = await person.get(f"/attachments/{file['id']}")
    assert found.status_code == 200
    assert found.headers["content-type"] == "image/jpeg"
    assert found.headers["content-disposition"].startswith("inline")
    assert found.headers["cache-control"] == "private, no-cache"
    assert found.headers["content-security-policy"].endswith("sandbox")
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["cross-origin-resource-policy"] == "same-origin"
    assert len(found.content) == file["bytes"]
    assert Image.open(BytesIO(found.content)).size == (2000, 1000)
    again = await person.get(
        f"/attachments/{file['id']}", headers={"If-None-Match": found.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    small = await person.get(f"/attachments/{file['id']}/thumbnail")
    assert Image.open(BytesIO(small.content)).size == (256, 128)
    assert (await person.get(f"/attachments/{file['id']}/text")).status_code == 404


@pytest.mark.databases("sqlite")
async def test_text_is_kept_as_it_came_and_read_as_text(server: RunningServer) -> None:
    person = await server.register()
    file = await uploaded(person, "红烧肉\r\nok\n".encode("gb18030"), "菜谱.txt")
    assert file == {
        "id": file["id"],
        "name": "菜谱.txt",
        "type": "text/plain",
        "bytes": 11,
        "characters": 7,
        "tokens": file["tokens"],
    }
    found = await person.get(f"/attachments/{file['id']}")
    assert found.content == "红烧肉\r\nok\n".encode("gb18030")
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.headers["content-disposition"].startswith("attachment")
    text = await person.get(f"/attachments/{file['id']}/text")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.content.decode() == "红烧肉\nok\n"
    assert (await person.get(f"/attachments/{file['id']}/thumbnail")).status_code == 404


async def test_one_and_the_same_upload_is_kept_once(server: RunningServer) -> None:
    person = await server.register()
    key = {"Idempotency-Key": "one"}
    first = await put(person, b"some words", "a.txt", **key)
    assert (first.status_code, first.json()) == (
        201,
        (await put(person, b"some words", "a.txt", **key)).json(),
    )
    for data, name in ((b"other words", "a.txt"), (b"some words", "b.txt")):
        refused = await put(person, data, name, **key)
        assert (refused.status_code, refused.json()["code"]) == (422, "client_id_reused")


async def test_of_the_same_bytes_there_is_one_for_each_user(server: RunningServer) -> None:
    first, second = await server.register(), await server.register()
    for person in (first, second):
        ids = {(await uploaded(person, b"the same", name))["id"] for name in ("a", "b")}
        assert len(ids) == 2
        limits = (await person.get("/attachments")).json()
        assert limits["used_bytes"] == 2 * len(b"the same")  # itself, and its text
    tags = [
        (await person.get(f"/attachments/{(await uploaded(person, b'the same'))['id']}")).headers[
            "etag"
        ]
        for person in (first, second)
    ]
    assert tags[0] != tags[1]


async def test_what_was_not_sent_can_be_removed(server: RunningServer) -> None:
    person = await server.register()
    one, same = await uploaded(person, name="a"), await uploaded(person, name="b")
    assert (await person.request("DELETE", f"/attachments/{one['id']}")).status_code == 204
    assert (await person.get(f"/attachments/{one['id']}")).status_code == 404
    assert (await person.get(f"/attachments/{same['id']}")).status_code == 200
    assert (await person.request("DELETE", f"/attachments/{one['id']}")).status_code == 404


async def test_a_message_holds_files(server: RunningServer, upstream: ScriptedUpstream) -> None:
    person = await server.person_with_model(upstream.url)
    conversation = await person.conversation()
    cat, text = await uploaded(person), await uploaded(person, b"words", "a.txt")
    answer = await send(person, conversation, " ", cat["id"], text["id"])
    assert answer.status_code == 200, answer.text
    held = answer.json()["message"]["attachments"]
    told = ("id", "name", "type", "bytes", "width", "height", "pages")
    assert held == [{k: v for k, v in file.items() if k in told} for file in (cat, text)]
    question, reply = await person.messages(conversation)
    assert question["attachments"] == held
    assert "attachments" not in reply
    refused = await person.request("DELETE", f"/attachments/{cat['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "attachment_in_use")


async def test_an_edited_message_holds_what_it_is_given(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    person = await server.person_with_model(upstream.url)
    conversation = await person.conversation()
    cat, text = await uploaded(person), await uploaded(person, b"words", "a.txt")
    sent = (await send(person, conversation, "look", cat["id"])).json()["message"]

    async def edited(**body: object) -> list[int]:
        answer = await person.post(f"/messages/{sent['id']}/edit", json={"content": "", **body})
        assert answer.status_code == 200, answer.text
        return [file["id"] for file in answer.json()["message"].get("attachments", ())]

    assert await edited() == [cat["id"]]
    assert await edited(attachment_ids=None) == [cat["id"]]
    assert await edited(attachment_ids=[text["id"], cat["id"]]) == [text["id"], cat["id"]]
    assert await edited(attachment_ids=[], content="nothing") == []
    blank = await person.post(
        f"/messages/{sent['id']}/edit", json={"content": " ", "attachment_ids": []}
    )
    assert (blank.status_code, blank.json()["code"]) == (422, "blank_message")
    versions = (await person.get(f"/messages/{sent['id']}/versions")).json()["versions"]
    assert [len(each.get("attachments", ())) for each in versions] == [1, 1, 1, 2, 0]


async def test_files_are_part_of_what_a_client_id_names(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    person = await server.person_with_model(upstream.url)
    conversation = await person.conversation("named, so that no title is told")
    ids = [(await uploaded(person, name=name))["id"] for name in "ab"]
    async with person.socket(conversation) as socket:
        await socket.say("look", client_id="one", attachment_ids=ids)
        events = await socket.say("look", client_id="one", attachment_ids=ids)
        assert [f["id"] for f in events[0]["user_message"]["attachments"]] == ids
        for other in (ids[:1], ids[::-1], [], None):
            (refused,) = await socket.say("look", client_id="one", attachment_ids=other)
            assert refused["code"] == "client_id_reused"
        sent = events[0]["user_message"]["id"]
        edit = {"type": "edit", "message_id": sent, "content": "see", "client_id": "two"}
        for _ in range(2):
            await socket.send(**edit)
            events = await socket.until("done", "error")
            assert [f["id"] for f in events[0]["user_message"]["attachments"]] == ids
        await socket.send(**edit, attachment_ids=[])
        assert (await socket.receive())["code"] == "client_id_reused"
    assert len(await person.messages(conversation)) == 2


async def test_nobody_elses_files_are_there(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    owner = await server.register()
    person = await server.person_with_model(upstream.url)
    file = await uploaded(owner)
    missing = 10**12
    for id in (file["id"], missing):
        for path in (
            f"/attachments/{id}",
            f"/attachments/{id}/thumbnail",
            f"/attachments/{id}/text",
        ):
            answer = await person.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "attachment_not_found")
        assert (await person.request("DELETE", f"/attachments/{id}")).status_code == 404
    conversation = await person.conversation()
    sent = (await person.say(conversation, "hello")).json()["message"]
    for id in (file["id"], missing):
        answer = await send(person, conversation, "look", id)
        assert (answer.status_code, answer.json()["code"]) == (404, "attachment_not_found")
        body = {"content": "look", "attachment_ids": [id]}
        for path in (f"/messages/{sent['id']}/edit", f"/conversations/{conversation}/context"):
            assert (await person.post(path, json=body)).status_code == 404
    assert len(await person.messages(conversation)) == 2


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("ids", [[1, 1], list(range(1, 12)), [0], [-1], ["1"], [1.0], [True], "1"])
async def test_lists_of_files_that_make_no_sense(server: RunningServer, ids: object) -> None:
    person = await server.register()
    conversation = await person.conversation()
    body = {"content": "look", "attachment_ids": ids}
    answer = await person.post(f"/conversations/{conversation}/messages", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


@pytest.mark.databases("sqlite")
async def test_an_export_names_files(server: RunningServer, upstream: ScriptedUpstream) -> None:
    person = await server.person_with_model(upstream.url)
    conversation = await person.conversation("named")
    await send(person, conversation, "look", (await uploaded(person, name="cat_*.png"))["id"])
    exported = (await person.get(f"/conversations/{conversation}/export")).text
    assert "\n\n- File: cat\\_\\*.png\n\nlook\n" in exported


async def test_a_branch_holds_the_same_files(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    person = await server.person_with_model(upstream.url)
    conversation = await person.conversation()
    ids = [(await uploaded(person, data))["id"] for data in (b"one", b"two")]
    asked = (await send(person, conversation, "look", *ids)).json()["message"]
    branched = (await person.post(f"/messages/{asked['id']}/branch")).json()["id"]
    assert (await person.request("DELETE", f"/conversations/{conversation}")).status_code == 204
    copied = (await person.messages(branched))[0]
    assert copied["attachments"] == asked["attachments"]
    assert [each["id"] for each in copied["attachments"]] == ids
    assert (await person.request("DELETE", f"/attachments/{ids[0]}")).status_code == 409
