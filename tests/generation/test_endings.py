"""How replies end: in the protocol's words, with the text kept, and continued where that helps."""

import asyncio
import json
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.support.server import RunningServer, text_of
from tests.support.upstream import Raw, ScriptedUpstream

pytestmark = pytest.mark.anyio


def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
    choice = {"delta": delta, "finish_reason": reason}
    return b"data: %s\n\n" % json.dumps({"choices": [choice]}).encode()


TEXT = chunk({"content": "so far"})
THOUGHT = chunk({"reasoning_content": "hm"})
DONE = b"data: [DONE]\n\n"
TOOL = chunk({"tool_calls": [{"index": 0, "function": {"name": "search", "arguments": "{}"}}]})
BLOCKED = json.dumps({"error": {"code": "content_filter", "message": "filtered"}}).encode()

ENDINGS: dict[str, tuple[Raw, str, str | None, bool]] = {
    "filtered": (
        Raw(TEXT + chunk({}, "content_filter") + DONE),
        "complete",
        "content_filter",
        False,
    ),
    "sensitive": (Raw(TEXT + chunk({}, "sensitive") + DONE), "complete", "content_filter", False),
    "long": (Raw(TEXT + chunk({}, "model_length") + DONE), "complete", "length", True),
    "long thought": (Raw(THOUGHT + chunk({}, "length") + DONE), "complete", "length", True),
    "tool": (Raw(TEXT + TOOL + chunk({}, "tool_calls") + DONE), "complete", "tool_calls", False),
    "refused": (Raw(chunk({"refusal": "so far"}, "stop") + DONE), "complete", "stop", False),
    "broke": (Raw(TEXT + chunk({}, "error") + DONE), "interrupted", "upstream_interrupted", True),
    "thought": (
        Raw(THOUGHT + chunk({}, "stop") + DONE),
        "interrupted",
        "upstream_empty_reply",
        True,
    ),
    "filtered empty": (
        Raw(chunk({}, "content_filter") + DONE),
        "failed",
        "upstream_filtered",
        False,
    ),
    "filtered 400": (Raw(BLOCKED, "application/json", 400), "failed", "upstream_filtered", False),
    "tool only": (
        Raw(TOOL + chunk({}, "tool_calls") + DONE),
        "failed",
        "upstream_tool_call",
        False,
    ),
    "empty": (Raw(chunk({"content": ""}, "stop") + DONE), "failed", "upstream_empty_reply", False),
    "done": (Raw(DONE), "failed", "upstream_empty_reply", False),
    "no room": (Raw(chunk({}, "length") + DONE), "failed", "upstream_empty_reply", False),
    "broken": (Raw(chunk({}, "abort") + DONE), "failed", "upstream_unavailable", False),
    "page": (Raw(b"<html>", "text/html"), "failed", "upstream_bad_response", False),
}


async def test_every_ending_is_told_kept_and_continued_where_that_helps(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "raw")
    for name, (raw, status, word, goes_on) in ENDINGS.items():
        upstream.raw = raw
        reply = (await ada.say(await ada.conversation(), "hello")).json()["reply"]
        told = (
            reply["error"]["code"]
            if status in ("failed", "interrupted")
            else reply["finish_reason"]
        )
        assert (reply["status"], told) == (status, word), name
        assert reply["content"] == ("so far" if b"so far" in raw.body else ""), name
        assert reply.get("reasoning") == ("hm" if b"hm" in raw.body else None), name
        answer = await ada.post(f"/messages/{reply['id']}/continue")
        assert answer.status_code == (200 if goes_on else 409), name


THINKING = ["I add.", "The answer is 4."]


@pytest.mark.databases("sqlite")
async def test_a_thought_in_the_text_is_kept_out_of_answer_title_and_prompt(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    upstream.title = "<think>\nA sum.\n</think>\n\nAdding up"
    ada = await server.person_with_model(upstream.url, "raw")
    upstream.raw = Raw(
        chunk({"content": "<think>\nI a"})
        + chunk({"content": "dd.\n</think>\n\nThe answer is 4."})
        + DONE
    )
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        events = await socket.say("2 + 2?")
        title = (await socket.until("title"))[-1]["title"]
    assert text_of(events) == "The answer is 4." and title == "Adding up"
    reply = (await ada.messages(conversation))[1]
    assert [reply["reasoning"], reply["content"]] == THINKING
    await ada.say(conversation, "and 3?")
    prompt = upstream.replies[-1].body["messages"]
    assert [message["content"] for message in prompt] == ["2 + 2?", "The answer is 4.", "and 3?"]


@pytest.mark.databases("sqlite")
async def test_a_thought_that_only_ends_is_put_in_order_before_the_end_is_told(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "prefilled")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket, ada.socket(conversation) as other:
        await socket.send(type="message", content="2 + 2?")
        seen, too = [await reader.until("chunk") for reader in (socket, other)]
        upstream.release()
        for reader, before in ((socket, seen), (other, too)):
            events = before + await reader.until("done")
            starts = [at for at, event in enumerate(events) if event["type"] == "start"]
            afresh = events[starts[-1] :]
            assert len(starts) == 2 and "resumed" not in afresh[0]
            thought = "".join(e["content"] for e in afresh if e["type"] == "reasoning")
            assert [thought, text_of(afresh)] == THINKING
    reply = (await ada.messages(conversation))[1]
    assert [reply["reasoning"], reply["content"]] == THINKING
    for id in (seen[-1]["id"], events[-1]["id"]):
        async with ada.socket(conversation, id) as back:
            if id == seen[-1]["id"]:  # this reader has what was put in order since
                events = await back.until("done")
                assert "resumed" not in events[0] and text_of(events) == THINKING[1]
    # The next reply of this model is told apart from its first word on.
    async with ada.socket(conversation) as socket:
        events = await socket.say("and again?")
    assert [e["type"] for e in events if e["type"] == "start"] == ["start"]
    assert text_of(events) == THINKING[1]
    prompt = upstream.replies[-1].body["messages"]
    assert [m["content"] for m in prompt] == ["2 + 2?", THINKING[1], "and again?"]
    # And what it answers without a thought, in spite of that, is an answer.
    await ada.set_model(upstream.url, "echo")
    await ada.set_model(upstream.url, "prefilled")
    assert (await ada.messages(conversation))[-1]["reasoning"] == THINKING[0]


@pytest.mark.databases("sqlite")
async def test_the_title_of_a_model_that_only_ends_its_thoughts_is_none_of_them(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "raw_always")
    for thought in ("I think. " * 1_000 + "\n</think>\n\n", ""):
        conversation = await ada.conversation()
        upstream.raw = Raw(chunk({"content": f"{thought}A sum"}, "stop") + DONE)
        async with ada.socket(conversation) as socket:
            await socket.say("2 + 2?")
            assert (await socket.until("title"))[-1]["title"] == "A sum"


@pytest.mark.databases("sqlite")
async def test_a_model_that_leaves_off_thinking_is_not_taken_to_think(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "raw")
    conversation = await ada.conversation()
    for text, thought in (("a</think>b", "a"), ("c", None), ("d", None)):
        upstream.raw = Raw(chunk({"content": text}, "stop") + DONE)
        async with ada.socket(conversation) as socket:
            events = await socket.say("go on")
        starts = [at for at, event in enumerate(events) if event["type"] == "start"]
        assert len(starts) == (1 if text == "d" else 2)
        assert text_of(events[starts[-1] :]) == text[-1]
        reply = (await ada.messages(conversation))[-1]
        assert (reply.get("reasoning"), reply["content"]) == (thought, text[-1])


@pytest.mark.databases("sqlite")
async def test_a_stopped_and_a_continued_reply_are_put_in_order_too(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server()
    ada = await server.person_with_model(upstream.url, "prefilled")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="2 + 2?")
        seen = ""
        while "4." not in seen:
            seen += text_of(await socket.until("chunk"))
        await socket.send(type="stop")
        await socket.until("done")
    (_, reply) = await ada.messages(conversation)
    assert reply["status"] == "stopped"
    assert [reply["reasoning"], reply["content"]] == THINKING
    upstream.release()
    reply = (await ada.post(f"/messages/{reply['id']}/continue")).json()["reply"]
    assert reply["content"] == THINKING[1] * 2
    assert reply["reasoning"] == THINKING[0] * 2


@pytest.mark.databases("sqlite")
async def test_an_end_that_came_too_early_is_none(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "early_stop")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="why?")
        await socket.until("reasoning")
        upstream.release()
        assert (await socket.until("done"))[-1]["finish_reason"] == "stop"
    reply = (await ada.messages(conversation))[1]
    assert (reply["reasoning"], reply["content"]) == ("hm", "The answer.")


@pytest.mark.databases("sqlite")
async def test_every_new_ending_has_words_in_both_languages(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "raw")
    refusals = {
        "insufficient balance": ("余额", "no credit"),
        "User location is not supported": ("地区", "region"),
        "content_filter": ("内容审核", "content filter"),
    }
    for words, (chinese, english) in refusals.items():
        upstream.raw = Raw(json.dumps({"error": words}).encode(), "application/json", 400)
        for language, told in (("zh", chinese), ("en", english)):
            ada.headers["Accept-Language"] = language
            reply = (await ada.say(await ada.conversation(), "hello")).json()["reply"]
            assert told in reply["error"]["message"]
            await asyncio.sleep(0)
