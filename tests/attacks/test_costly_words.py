"""What an endpoint says costs little to read: no pattern, no loop and no nesting is run wild by it.

Whatever is read here is read inside the event loop, where everybody else waits meanwhile.
"""

import json
from collections.abc import Callable
from contextlib import suppress

import pytest

from app.errors import ReplyError
from app.services.conversations.title_text import title_in
from app.services.generation.ordering import put_in_order
from app.services.upstream.chat_stream import ChatStream
from app.services.upstream.complaints import complaint_in
from app.services.upstream.failures import failure_of
from tests.support.effort import effort_of

pytestmark = pytest.mark.databases("sqlite")

KIB = 1024
MIB = 1024 * KIB
TURN_BYTES = 64 * KIB
"""As much as is read at once."""
TURN = 100
"""Ten times the effort that the worst of these is; before they were bounded, it was a thousand."""


def deep(levels: int) -> bytes:
    return b"[" * levels + b'"x"' + b"]" * levels


def event(delta: bytes, reason: bytes = b"") -> bytes:
    return b'data: {"choices":[{"delta":%s,"finish_reason":"%s"}]}\n\n' % (delta, reason)


BODIES = {
    "an event of many lines that never is whole": b"data: [{}\n" + b"data: ,{}\n" * 90_000,
    "an event of many closing lines": b"data: {\n" + b"data: }\n" * 90_000,
    "events full of words about length": b'data: {"message":"%s"}\n\n' % (b"prompt " * 500) * 500,
    "a finish reason of many beginnings": event(b"{}", b"max" * 20_000) * 10,
    "a document that never gets its second line": b"{}\n" + b"\n" * (5 * MIB),
    "a thought in lists in lists": event(b'{"reasoning":%s}' % deep(900)),
    "an error in lists in lists": b'data: {"error":%s}\n\n' % deep(900),
    "text in lists in lists": event(b'{"content":%s}' % deep(900)),
    "thoughts and text by turns": event(
        b'{"content":[%s]}' % b",".join([b'"a"', b'{"type":"thinking","thinking":"b"}'] * 12_000)
    ),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_turn_of_reading_is_short(body: bytes) -> None:
    stream = ChatStream(lambda *_: None, MIB, MIB)
    took = []
    with suppress(ReplyError):
        for at in range(0, len(body), TURN_BYTES):
            took += [effort(stream.feed, body[at : at + TURN_BYTES])]
        took.append(effort(stream.finish))
    assert max(took, default=0) < TURN


def test_small_pieces_do_not_make_a_document_be_read_again_and_again() -> None:
    stream = ChatStream(lambda *_: None, MIB, MIB)
    stream.feed(b"{}\n")
    stream.feed(b"\n" * (4 * MIB))
    assert effort(lambda: [stream.feed(b"\n") for _ in range(1000)]) < TURN


@pytest.mark.parametrize(
    "unit",
    [
        "token ",
        "api key ",
        "quota ",
        "models ",
        "country ",
        "context - ",
        "1 111",
        "1,",
    ],
)
def test_a_refusal_is_read_fast(unit: str) -> None:
    words = unit * (TURN_BYTES // len(unit))
    for body in (words, json.dumps({"error": {"message": words, "code": words}})):
        assert effort(failure_of, 404, body, "m" * 100) < TURN
    many = {"error": {f"k{at}": {"message": "x"} for at in range(3000)}}
    assert effort(failure_of, 400, json.dumps(many)) < TURN


@pytest.mark.parametrize(
    "unit", ["seed ", "'seed' ", "use a instead ", "not be ", "(0,", "a_b ", '"']
)
def test_what_a_refusal_is_about_is_found_fast(unit: str) -> None:
    sent = ["temperature", "max_tokens", "seed", *(f"key_{at}" for at in range(1500))]
    words = unit * (TURN_BYTES // len(unit))
    pointing = [[[{"loc": ["messages", *range(9)]}] * 20] * 20] * 20
    for body in (words, json.dumps({"error": {"message": words}}), json.dumps(pointing)):
        assert effort(complaint_in, body, sent) < TURN


@pytest.mark.parametrize(
    "unit",
    [
        "\n",
        "\n! ",
        "***\n\n",
        "~",
        "`",
        "<h1>",
        "_",
        '"a ',
        "标题",
        "Title 标题 ",
        "a. b ",
        "{",
        '{"a":[',
    ],
)
def test_a_title_is_found_fast(unit: str) -> None:
    answer = unit * (TURN_BYTES // len(unit))
    assert effort(title_in, answer, "How?", "Write a title") < TURN / 3


@pytest.mark.parametrize("unit", ["<|", "<a ", "İ", "x", "`", "<think", "</thin"])
def test_a_long_reply_is_put_in_order_fast(unit: str) -> None:
    reply = unit * (MIB // len(unit.encode())) + "</think>x"
    assert effort(put_in_order, reply, "", 0, 0) < TURN / 5


@pytest.mark.parametrize("levels", [100, 500, 900])
def test_a_title_in_lists_in_lists_is_none(levels: int) -> None:
    assert title_in(deep(levels).decode(), "How?", "Write a title") is None


def effort(call: Callable[..., object], *arguments: object) -> float:
    """What it takes to say yes or no."""

    def tried() -> None:
        with suppress(ReplyError):
            call(*arguments)

    return effort_of(tried)
