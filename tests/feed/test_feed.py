"""What every feed keeps: in one process, from the database, between workers, over Redis.

Where there is a bus, nobody looks at the database unasked, so that what comes has come over it.
"""

import asyncio

import pytest

from app.services.generation.feed.publisher import TOLD_AGAIN_CHARACTERS
from tests.feed.conftest import StartTwo, Two, services_of
from tests.support.buses import BUSES
from tests.support.server import ChatSocket, Person, text_of
from tests.support.upstream import ScriptedUpstream

KINDS = ["in-process", "database", *BUSES]
pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("kind", KINDS)]


async def reading(two: Two, upstream: ScriptedUpstream, model: str) -> tuple[Person, Person, int]:
    """Somebody at both servers, and a conversation of theirs."""
    ada = await two.writer.person_with_model(upstream.url, model)
    return ada, two.at_reader(ada), await ada.conversation("named")


async def ready(socket: ChatSocket) -> None:
    """Wait until the socket has been told all that was before."""
    await socket.send(type="ping")
    await socket.until("pong")


async def test_a_reader_there_before_is_shown_every_word_once(
    kind: str, start_two: StartTwo, upstream: ScriptedUpstream
) -> None:
    two = await start_two(kind)
    ada, elsewhere, conversation = await reading(two, upstream, "slow")
    async with elsewhere.socket(conversation) as reader:
        await ready(reader)
        for said in ("one two 三 🍣 " * 5, "again"):
            await ada.say(conversation, said)
            events = [e for e in await reader.until("done") if e["type"] != "title"]
            assert events[0]["type"] == "start" and "resumed" not in events[0]
            assert text_of(events) == f"You said: {said}"
            ids = [e["id"] for e in events[1:]]
            content = ""
            for event in events[1:-1]:
                content += event["content"]
                assert event["id"].endswith(f".0.{len(content)}")
            assert ids[-1] == f"{ids[-2]}.end"


async def test_a_reader_who_comes_later_or_comes_back_lacks_nothing(
    kind: str, start_two: StartTwo, upstream: ScriptedUpstream
) -> None:
    two = await start_two(kind)
    ada, elsewhere, conversation = await reading(two, upstream, "hold")
    async with ada.socket(conversation) as writer:
        await writer.send(type="message", content="one two three")
        await writer.until("chunk")
        async with elsewhere.socket(conversation) as reader:
            first = await reader.until("chunk")
        assert text_of(first) == "You"
        async with elsewhere.socket(conversation, last_event_id=first[-1]["id"]) as reader:
            again = await reader.receive()
            assert (again["type"], again.get("resumed")) == ("start", True)
            async with elsewhere.socket(conversation) as late:
                upstream.release()
                assert text_of(await reader.until("done")) == " said: one two three"
                assert text_of(await late.until("done")) == "You said: one two three"


async def test_titles_and_versions_are_told(
    kind: str, start_two: StartTwo, upstream: ScriptedUpstream
) -> None:
    two = await start_two(kind)
    ada, elsewhere, conversation = await reading(two, upstream, "echo")
    first = (await ada.say(conversation, "hello")).json()["reply"]["id"]
    second = (await ada.post(f"/messages/{first}/regenerate")).json()["reply"]["id"]
    async with elsewhere.socket(conversation) as reader:
        await ready(reader)
        for chosen in (first, second):
            await ada.post(f"/messages/{chosen}/activate")
            assert await reader.receive() == {"type": "switched", "message_id": chosen}
        await ada.request("PATCH", f"/conversations/{conversation}", json={"title": "another"})
        assert await reader.receive() == {"type": "title", "title": "another"}
        await ada.request("DELETE", f"/messages/{second}")
        assert (await reader.receive())["type"] == "switched"


async def test_a_large_text_comes_whole(
    kind: str, start_two: StartTwo, upstream: ScriptedUpstream
) -> None:
    two = await start_two(kind)
    ada, elsewhere, conversation = await reading(two, upstream, "echo")
    said = "长\u0001" * 45_000
    async with elsewhere.socket(conversation) as reader:
        await ready(reader)
        await ada.say(conversation, said)
        assert text_of(await reader.until("done")) == f"You said: {said}"
    assert len(said) > TOLD_AGAIN_CHARACTERS


async def test_many_replies_at_once_keep_apart(
    kind: str, start_two: StartTwo, upstream: ScriptedUpstream
) -> None:
    two = await start_two(kind, max_replies_per_user=50)
    ada, elsewhere, _ = await reading(two, upstream, "slow")
    conversations = [await ada.conversation() for _ in range(12)]

    async def read(conversation: int) -> str:
        async with elsewhere.socket(conversation) as reader:
            await ready(reader)
            await ada.say(conversation, f"of {conversation} " * 9)
            return text_of(await reader.until("done"))

    texts = await asyncio.gather(*map(read, conversations))
    assert texts == [f"You said: {f'of {id} ' * 9}" for id in conversations]


async def test_a_stop_elsewhere_ends_it_for_all(
    kind: str, start_two: StartTwo, upstream: ScriptedUpstream
) -> None:
    two = await start_two(kind)
    ada, elsewhere, conversation = await reading(two, upstream, "hold")
    async with elsewhere.socket(conversation) as reader:
        await ready(reader)
        async with ada.socket(conversation) as writer:
            await writer.send(type="message", content="one two")
            await reader.until("chunk")
            await reader.send(type="stop")
            assert (await reader.until("done"))[-1]["status"] == "stopped"
            assert (await writer.until("done"))[-1]["status"] == "stopped"
    assert not services_of(two.reader).follower._copies
