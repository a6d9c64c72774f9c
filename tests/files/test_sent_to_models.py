"""What models are sent of files: pictures as pictures where they take them, documents as text, and
of whatever is not sent its name. Nothing is left out in silence."""

import asyncio
import base64
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.files.made import path_of, picture, send, uploaded
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.support.upstream_exchange import Exchange, scenario
from tests.support.upstream_replies import echo

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

REFUSALS: dict[str, tuple[int, Any]] = {
    "llama.cpp": (
        500,
        {
            "error": {
                "code": 500,
                "message": "image input is not supported - hint: if this is unexpected, you may"
                " need to provide the mmproj",
                "type": "server_error",
            }
        },
    ),
    "vllm": (
        400,
        {
            "object": "error",
            "message": "At most 0 image(s) may be provided in one prompt.",
            "type": "BadRequestError",
            "code": 400,
        },
    ),
    "plain": (
        422,
        {"detail": [{"loc": ["body", "messages", 0, "content"], "msg": "str type expected"}]},
    ),
    "deepseek": (
        400,
        {
            "error": {
                "message": "Failed to deserialize the JSON body into the target type: messages[0]:"
                " unknown variant `image_url`, expected `text` at line 1 column 70",
                "type": "invalid_request_error",
            }
        },
    ),
    "router": (
        404,
        {"error": {"message": "No endpoints found that support image input", "code": 404}},
    ),
    "says nothing of it": (400, {"error": "bad request"}),
}


def has_parts(exchange: Exchange) -> bool:
    return any(isinstance(m["content"], list) for m in exchange.request.body["messages"])


async def blind(exchange: Exchange) -> None:
    """A server whose model takes plain strings alone, and says so as its kind does."""
    if has_parts(exchange):
        await exchange.answer(*REFUSALS[exchange.request.model])
    else:
        await echo(exchange)


for kind in REFUSALS:
    scenario(kind)(blind)


def asked(upstream: ScriptedUpstream) -> list[Any]:
    """The contents of the user's messages in the last request for a reply."""
    request = [each for each in upstream.requests if not each.is_title][-1]
    return [m["content"] for m in request.body["messages"] if m["role"] == "user"]


def picture_in(part: dict[str, Any]) -> Image.Image:
    """The picture of a part, which has just the fields that are documented."""
    assert part.keys() == {"type", "image_url"}
    assert part["type"] == "image_url"
    assert part["image_url"].keys() == {"url"}
    head, _, data = part["image_url"]["url"].partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(BytesIO(base64.b64decode(data, validate=True)))


async def context_of(person: Person, reply_id: int) -> Any:
    """What was sent for a reply, as far as files go."""
    answer = await person.get(f"/messages/{reply_id}/context")
    return answer.json()["runs"][-1].get("attachments")


async def test_a_model_sees_the_very_bytes_of_a_picture(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    person = await server.person_with_model(upstream.url)
    conversation = await person.conversation("named")
    cat = await uploaded(person, picture((300, 200), "JPEG"), "cat.jpg")
    stored = (await person.get(f"/attachments/{cat['id']}")).content
    answer = (await send(person, conversation, "What is it?", cat["id"])).json()
    (content,) = asked(upstream)
    assert content[0] == {"type": "text", "text": "What is it?"}
    assert len(content) == 2
    assert picture_in(content[1]).size == (300, 200)
    assert base64.b64decode(content[1]["image_url"]["url"].partition(",")[2]) == stored
    sent = [{"id": cat["id"], "name": "cat.jpg", "sent_as": "image"}]
    assert await context_of(person, answer["reply"]["id"]) == sent
    history = await person.get(f"/conversations/{conversation}/messages")
    assert "base64" not in history.text

    await person.say(conversation, "And now?")
    first, second = asked(upstream)
    assert (first, second) == (content, "And now?")

    await send(person, conversation, "", cat["id"])
    assert [part["type"] for part in asked(upstream)[-1]] == ["image_url"]


async def test_without_files_a_prompt_is_of_plain_strings(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    person = await server.person_with_model(upstream.url)
    conversation = await person.conversation("named")
    text = await uploaded(person, b"</file> words", 'a "b".txt')
    answer = (await send(person, conversation, "Read", text["id"])).json()
    document = "<file name=\"a 'b'.txt\">\n<\\/file> words\n</file>"
    assert asked(upstream) == [f"{document}\n\nRead"]
    assert await context_of(person, answer["reply"]["id"]) == [
        {
            "id": text["id"],
            "name": 'a "b".txt',
            "sent_as": "text",
            "characters": 13,
            "of_characters": 13,
        }
    ]


@pytest.mark.parametrize("kind", REFUSALS)
async def test_after_a_refusal_the_conversation_goes_on(
    server: RunningServer, upstream: ScriptedUpstream, kind: str
) -> None:
    person = await server.person_with_model(upstream.url, kind)
    conversation = await person.conversation("named")
    cat = await uploaded(person, name="cat.png")
    model = (await person.get("/models")).json()["models"][0]
    assert model["images"] is True
    answer = (await send(person, conversation, "What is it?", cat["id"])).json()
    assert answer["reply"]["status"] == "complete"
    named = "[Picture cat.png: this model takes no pictures]\n\nWhat is it?"
    assert asked(upstream) == [named]
    sent = {"id": cat["id"], "name": "cat.png", "sent_as": "name", "reason": "vision"}
    assert await context_of(person, answer["reply"]["id"]) == [sent]

    before = len(upstream.requests)
    await person.say(conversation, "And now?")
    assert asked(upstream) == [named, "And now?"]
    assert len(upstream.requests) == before + 1  # nothing is tried again
    model = (await person.get("/models")).json()["models"][0]
    assert (model["vision"], model["images"]) == (None, False)
    await person.request("PATCH", f"/models/{model['id']}", json={"vision": None})
    assert (await person.get("/models")).json()["models"][0]["images"] is True


async def test_a_model_without_vision_is_told_names(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    person = await server.person_with_model(upstream.url)
    model = (await person.get("/models")).json()["models"][0]["id"]
    changed = await person.request("PATCH", f"/models/{model}", json={"vision": False})
    assert changed.json()["images"] is False
    conversation = await person.conversation("named")
    cat = await uploaded(person, name="cat.png")
    body = {"content": "", "attachment_ids": [cat["id"]]}
    draft = (await person.post(f"/conversations/{conversation}/context", json=body)).json()
    sent = {"id": cat["id"], "name": "cat.png", "sent_as": "name", "reason": "vision"}
    assert draft["attachments"] == [sent]
    await send(person, conversation, "", cat["id"])
    assert asked(upstream) == ["[Picture cat.png: this model takes no pictures]"]


async def test_the_newest_pictures_are_sent(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    person = await server.person_with_model(upstream.url)
    model = (await person.get("/models")).json()["models"][0]["id"]
    await person.request("PATCH", f"/models/{model}", json={"context_tokens": 200_000})
    conversation = await person.conversation("named")
    ids = [(await uploaded(person, picture((n + 1, 9)), f"{n}.png"))["id"] for n in range(5)]
    await send(person, conversation, "five", *ids)
    answer = (await send(person, conversation, "again", *ids)).json()
    first, second = asked(upstream)
    assert [picture_in(part).width for part in second[1:]] == [1, 2, 3, 4, 5]
    assert [picture_in(part).width for part in first[1:]] == [1, 2, 3]
    why = "left out, only the newest pictures are sent"
    text = "\n\n".join([*(f"[Picture {n}.png: {why}]" for n in (3, 4)), "five"])
    assert first[0] == {"type": "text", "text": text}
    sent = await context_of(person, answer["reply"]["id"])
    assert [each.get("reason") for each in sent] == [None] * 3 + ["older"] * 2 + [None] * 5


async def test_documents_have_their_share_and_cuts_can_be_seen(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    person = await server.person_with_model(upstream.url)
    conversation = await person.conversation("named")
    long = await uploaded(person, b"word " * 40_000, "long.txt")
    short = await uploaded(person, b"short", "short.txt")
    answer = (await send(person, conversation, "Sum up", long["id"], short["id"])).json()
    (content,) = asked(upstream)
    cut, whole = await context_of(person, answer["reply"]["id"])
    assert (whole["characters"], whole["of_characters"]) == (5, 5)
    assert 25_000 < cut["characters"] < 32_000  # of 16,000 tokens a half, at four characters each
    told = f"[… cut: the first {cut['characters']:,} of 200,000 characters are here]"
    assert f'{told}\n</file>\n\n<file name="short.txt">\nshort\n</file>\n\nSum up' in content
    runs = (await person.get(f"/messages/{answer['reply']['id']}/context")).json()["runs"]
    assert 7_000 < runs[0]["estimated_tokens"] < 9_000


async def test_regenerating_and_going_on_send_the_questions_files(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    person = await server.person_with_model(upstream.url)
    conversation = await person.conversation("named")
    cat = await uploaded(person)
    reply = (await send(person, conversation, "look", cat["id"])).json()["reply"]
    content = asked(upstream)
    again = await person.post(f"/messages/{reply['id']}/regenerate")
    assert asked(upstream) == content
    assert [f["id"] for f in again.json()["message"]["attachments"]] == [cat["id"]]


async def test_a_file_that_is_lost_is_told_of(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    person = await server.person_with_model(upstream.url)
    conversation = await person.conversation("named")
    cat = await uploaded(person, picture((7, 7)), "cat.png")
    content = (await person.get(f"/attachments/{cat['id']}")).content
    await asyncio.to_thread(path_of(server, person, content).unlink)
    answer = (await send(person, conversation, "look", cat["id"])).json()
    assert asked(upstream) == ["[Picture cat.png: left out, it is not there any more]\n\nlook"]
    (sent,) = await context_of(person, answer["reply"]["id"])
    assert (sent["sent_as"], sent["reason"]) == ("name", "gone")
    assert (await person.get(f"/attachments/{cat['id']}")).status_code == 404


async def test_a_title_is_asked_for_by_names(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    person = await server.person_with_model(upstream.url)
    conversation = await person.conversation()
    cat = await uploaded(person, name="cat.png")
    async with person.socket(conversation) as socket:
        await socket.send(type="message", content="", attachment_ids=[cat["id"]])
        titles = [await socket.until("title"), await socket.until("title")]
    assert [events[-1]["title"] for events in titles] == ["cat.png", "A scripted title"]
    asked_for = next(each for each in upstream.requests if each.is_title)
    assert "User: cat.png\n" in asked_for.last_user_text
