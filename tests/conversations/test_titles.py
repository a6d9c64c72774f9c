"""A conversation is named after its first words at once, and better after the first reply."""

import pytest

from app.services.conversations.titles import TITLE_CHARACTERS, first_words, tidy_title
from tests.support.server import RunningServer
from tests.support.upstream import ScriptedUpstream


def test_first_words_are_one_short_line_of_whole_words() -> None:
    assert first_words("  hello\n\tworld\x00 ") == "hello world"
    long = first_words("word " * 40)
    assert long.endswith("word…") and len(long) <= TITLE_CHARACTERS
    assert len(first_words("长" * 200)) == TITLE_CHARACTERS
    assert first_words("\u200b" * 200 + "hello") == "hello"
    assert first_words("👩\u200d🍳\ufe0f") == "👩\u200d🍳\ufe0f"


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ('"A Title"\nand more', "A Title"),
        ("标题：《红烧肉的做法》", "红烧肉的做法"),
        ("**Title: Bold**", "Bold"),
        ("\n\n", ""),
        ("\u200b\n\u2800\x01", ""),
        ("\u200b\nA Title", "A Title"),
        ("<b>x</b>", "<b>x</b>"),
        ("\n" * 2_000 + "too late", ""),
    ],
)
def test_an_answer_becomes_a_plain_title(answer: str, title: str) -> None:
    assert tidy_title(answer) == title


@pytest.mark.anyio
async def test_first_words_then_the_models_title(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    upstream.title = '"Better Title"'
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="how do I boil an egg?")
        events = await socket.until("title")
        assert events[-1]["title"] == "how do I boil an egg?"
        events = await socket.until("title")
        assert events[-1]["title"] == "Better Title"
    assert (await ada.get(f"/conversations/{conversation}")).json()["title"] == "Better Title"


@pytest.mark.anyio
async def test_a_title_of_the_users_own_is_never_replaced(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation("Mine")
    assert (await ada.say(conversation, "hello")).status_code == 200
    assert [request for request in upstream.requests if request.is_title] == []
    assert (await ada.get(f"/conversations/{conversation}")).json()["title"] == "Mine"


@pytest.mark.anyio
async def test_a_title_that_cannot_be_had_does_no_harm(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    upstream.title = "\n"
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    assert (await ada.say(conversation, "hello there")).json()["reply"]["status"] == "complete"
    await upstream.received(2)
    assert (await ada.get(f"/conversations/{conversation}")).json()["title"] == "hello there"
