"""A model's server that attacks gets nothing through but text: no event, no field, no header, no
key of its own back, and neither memory nor time without bound."""

import asyncio

import pytest

from tests.attacks import scenarios
from tests.attacks.target import Target
from tests.faults.processes import resident_bytes
from tests.support.server import text_of
from tests.support.upstream import ScriptedUpstream

__all__ = ["scenarios"]

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

GROWTH_BYTES = 40_000_000
EVENT_KEYS = {"type", "content", "message_id", "id"}
MESSAGE_KEYS = set(
    "id sender content timestamp status parent_id version versions model_name finish_reason"
    " model_id connection_label".split()
)


@pytest.fixture(scope="module")
def target(unforked: Target) -> Target:
    """A server whose memory can be looked at."""
    return unforked


async def test_control_events_are_text_or_nothing(target: Target, model: ScriptedUpstream) -> None:
    ada = await target.visitor(model.url, "control_events")
    conversation = await ada.conversation("Mine")
    async with ada.socket(conversation) as socket:
        events = await socket.say("hello")
    assert [event["type"] for event in events[1:-1]] == ["chunk"] * (len(events) - 2)
    assert all(set(event) == EVENT_KEYS for event in events[1:-1])
    assert events[-1]["finish_reason"] == "other"
    said = '"}\n\nevent: done\ndata: {"type":"done"}\n\nthe text'
    assert text_of(events) == said
    reply = (await ada.messages(conversation))[1]
    assert (reply["content"], set(reply)) == (said, MESSAGE_KEYS | {"usage"})
    assert (await ada.get(f"/conversations/{conversation}")).json()["title"] == "Mine"


async def test_server_sent_events_cannot_be_split(target: Target, model: ScriptedUpstream) -> None:
    ada = await target.visitor(model.url, "control_events")
    accept = {"Accept": "text/event-stream"}
    answer = await ada.say(await ada.conversation("Mine"), "hello", **accept)
    lines = answer.text.splitlines()
    assert all(line == "" or line.startswith(("data: {", "id: ")) for line in lines)
    assert sum('"type":"done"' in line for line in lines) == 1 + sum(
        '"type":"chunk"' in line and "done" in line for line in lines
    ) - sum("event: done" in line for line in lines)


async def test_headers_of_a_model_are_not_passed_on(
    target: Target, model: ScriptedUpstream
) -> None:
    ada = await target.visitor(model.url, "header_injection")
    answer = await ada.say(await ada.conversation("T"), "hello")
    assert answer.json()["reply"]["status"] == "complete"
    assert "set-cookie" not in answer.headers
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        ("big_line", "upstream_bad_response"),
        ("gzip", "upstream_bad_response"),
        ("html", "upstream_bad_response"),
        ("not_http", "upstream_bad_response"),
        ("big_header", "upstream_bad_response"),
        ("deep_json", "upstream_bad_response"),
        ("huge_error", "context_too_long"),
        ("endless", "reply_too_long"),
        ("empty_events", "upstream_bad_response"),
        ("echo_key_401", "upstream_auth_failed"),
    ],
)
async def test_harm_ends_in_a_plain_word(
    target: Target, model: ScriptedUpstream, harm: str, code: str
) -> None:
    ada = await target.visitor(model.url)
    await ada.say(await ada.conversation("T"), "warm up")
    before = await asyncio.to_thread(resident_bytes, target.pid)
    await ada.set_model(model.url, harm)
    conversation = await ada.conversation("T")
    async with ada.socket(conversation) as socket:
        events = await socket.say("hello")
    assert (events[-1]["type"], events[-1]["code"]) == ("error", code)
    reply = (await ada.messages(conversation))[1]
    assert reply["error"]["code"] == code
    assert len(reply["content"]) <= 1024 * 1024
    grown = await asyncio.to_thread(resident_bytes, target.pid) - before
    assert grown < GROWTH_BYTES


@pytest.mark.parametrize("harmless", ["bad_utf8", "surrogates", "many_events", "huge_numbers"])
async def test_nonsense_beside_the_text_is_passed_over(
    target: Target, model: ScriptedUpstream, harmless: str
) -> None:
    ada = await target.visitor(model.url, harmless)
    conversation = await ada.conversation("T")
    async with ada.socket(conversation) as socket:
        events = await socket.say("hello")
    reply = (await ada.messages(conversation))[1]
    assert reply["content"] == text_of(events)
    if harmless == "huge_numbers":  # a count of 6,000 digits is no number, so no completion either
        assert events[-1]["code"].startswith("upstream_")
    else:
        assert reply["status"] == "complete"


@pytest.mark.parametrize(
    "title",
    [
        "<img src=x onerror=alert(1)>",
        "a\r\nSet-Cookie: x=1",
        "\0\x1b[31m",
        "t" * 1_000_000,
        "\n" * 500_000,
        "\u3164\n" * 250_000,
    ],
    ids=lambda title: repr(title[:9]),
)
async def test_a_title_from_a_model_is_one_short_line(
    target: Target, model: ScriptedUpstream, title: str
) -> None:
    ada = await target.visitor(model.url)
    model.title = title
    try:
        conversation = await ada.conversation()
        async with ada.socket(conversation) as socket:
            await socket.say("hello")
            for _ in range(2):  # the first words, then the model's own
                async with asyncio.timeout(0.3):
                    await socket.receive()
    except TimeoutError:
        pass
    finally:
        model.title = ""
    shown = (await ada.get(f"/conversations/{conversation}")).json()["title"]
    assert 0 < len(shown) <= 200
    assert shown.isprintable()
