"""A message is answered by the user's model, streamed, and kept."""

import pytest

from tests.support.server import RunningServer, text_of
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


async def test_a_reply_streams_over_the_socket_and_is_kept(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        events = await socket.say("你好 world")
        assert [event["type"] for event in events if event["type"] != "title"][0] == "start"
        assert events[-1]["type"] == "done"
        said = text_of(events)
        assert said == "You said: 你好 world"
        history = await ada.messages(conversation)
        assert [(m["sender"], m["content"], m["status"]) for m in history] == [
            ("user", "你好 world", "complete"),
            ("ai", said, "complete"),
        ]


async def test_post_waits_for_the_reply(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    answer = await ada.say(conversation, "hello")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["message"]["content"] == "hello"
    assert body["reply"]["content"] == "You said: hello"
    assert body["reply"]["status"] == "complete"
    assert body["reply"]["parent_id"] == body["message"]["id"]
