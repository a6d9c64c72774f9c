"""The decoder of reply streams: the same deltas however the bytes are cut, and nothing unknown."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import (
    ContextTooLong,
    ReplyError,
    ReplyTooLong,
    UpstreamAuthFailed,
    UpstreamBadResponse,
    UpstreamInterrupted,
    UpstreamRateLimited,
    UpstreamUnavailable,
)
from app.schemas.message import UsageRead
from app.services.upstream.chat_stream import ChatStream
from app.services.upstream.types import Completion

KIB = 1024
Deltas = list[tuple[str, str]]


def decode(*chunks: bytes, line_max: int = 64 * KIB, reply_max: int = 64 * KIB) -> Deltas:
    return decode_to_end(*chunks, line_max=line_max, reply_max=reply_max)[0]


def decode_to_end(
    *chunks: bytes, line_max: int = 64 * KIB, reply_max: int = 64 * KIB
) -> tuple[Deltas, Completion]:
    deltas: Deltas = []
    stream = ChatStream(lambda kind, text: deltas.append((kind, text)), line_max, reply_max)
    for chunk in chunks:
        stream.feed(chunk)
    return deltas, stream.finish()


def event(delta: dict[str, Any] | None = None, end: str = "\n\n", **more: Any) -> bytes:
    payload = {"choices": [{"delta": delta or {}, **more}]}
    return f"data: {json.dumps(payload)}{end}".encode()


def said(text: str) -> bytes:
    return event({"content": text})


DONE = b"data: [DONE]\n\n"
USAGE = UsageRead(prompt_tokens=1, completion_tokens=2, total_tokens=3)
STREAM = (
    b": hello\r\n\r\nevent: message\rid: 7\r"
    + event({"content": "a\u2028b", "reasoning": "why"}, end="\r\n\r\n")
    + said("你好\ud83d")
    + said("\ude00 and \ud83d")
    + event({"reasoning_content": "\udc00x"}, end="\r\r")
    + b'data: {"choices": [{"delta":\ndata: {"content": "two lines"}}]}\n\n'
    + 'data:{"choices":[{"delta":{"content":"raw 🍣"}}]}\n\n'.encode()
    + b'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n'
    + event(finish_reason="stop")
    + DONE
)
EXPECTED = decode_to_end(STREAM)


def test_a_stream_with_every_peculiarity() -> None:
    deltas, outcome = EXPECTED
    assert deltas == [
        ("reasoning", "why"),
        ("content", "a\u2028b"),
        ("content", "你好"),
        ("content", "😀 and "),
        ("reasoning", "\ufffdx"),
        ("content", "\ufffdtwo lines"),
        ("content", "raw 🍣"),
    ]
    assert outcome == Completion("stop", USAGE)


@given(st.lists(st.integers(0, len(STREAM)), max_size=40))
def test_any_split_gives_the_same_deltas(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    chunks = [STREAM[a:b] for a, b in zip(places, places[1:], strict=False)]
    assert decode_to_end(*chunks) == EXPECTED


def test_byte_by_byte() -> None:
    assert decode_to_end(*(STREAM[i : i + 1] for i in range(len(STREAM)))) == EXPECTED


@given(st.text(st.characters(), max_size=20), st.text(st.characters(), max_size=20))
def test_text_is_relayed_as_it_is(first: str, second: str) -> None:
    deltas = decode(said(first), said(second), DONE)
    joined = (first + second).replace("\0", "")
    whole = joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert "".join(text for _, text in deltas) == whole


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_typed_error(first: bytes, second: bytes) -> None:
    for chunks in ((first, second), (b"data: " + first + b"\n\n", b"data: {" + second + b"}\n\n")):
        try:
            decode(*chunks)
        except ReplyError:
            continue


@pytest.mark.parametrize(
    "payload",
    [
        b"{",
        b"[]",
        b'"text"',
        b"nonsense",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"a":' * 5_000,
        b'{"choices":' + b"9" * 5_000 + b"}",
    ],
)
def test_garbage_is_a_bad_response(payload: bytes) -> None:
    with pytest.raises(UpstreamBadResponse):
        decode(said("before"), b"data: " + payload + b"\n\n", DONE)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"choices": None},
        {"choices": {}},
        {"choices": [None]},
        {"choices": [{"delta": None}]},
        {"choices": [{"delta": "text"}]},
        {"choices": [{"delta": {"content": 7, "reasoning": {"a": 1}}}]},
        {"choices": [{"delta": {"content": [{"type": "image"}, None, {"text": 3}]}}]},
        {"choices": [{"finish_reason": {"a": 1}}], "usage": "many"},
        {"type": "execute", "event": "chat:message:replace", "data": {"content": "x"}},
    ],
)
def test_unknown_shapes_pass_nothing(payload: Any) -> None:
    data = f"data: {json.dumps(payload)}\n\n".encode()
    assert decode_to_end(data, DONE) == ([], Completion("stop", None))


def test_a_repeated_whole_message_at_the_end_is_not_text_again() -> None:
    summary = {"choices": [{"message": {"content": "all"}, "finish_reason": "stop"}]}
    deltas, outcome = decode_to_end(said("all"), f"data: {json.dumps(summary)}\n\n".encode(), DONE)
    assert (deltas, outcome.finish_reason) == ([("content", "all")], "stop")


def test_text_parts_are_joined() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert decode(event({"content": parts}), DONE) == [("content", "ab")]


@pytest.mark.parametrize("count", [-1, 2**31, 1.5, True, "3", None])
def test_implausible_usage_is_left_out(count: Any) -> None:
    usage = {"prompt_tokens": count, "completion_tokens": 1, "total_tokens": 2}
    data = f"data: {json.dumps({'usage': usage})}\n\n".encode()
    assert decode_to_end(data, DONE)[1].usage is None


@pytest.mark.parametrize(
    ("reason", "kept"), [("length", "length"), ("<script>", "other"), ("x" * 33, "other")]
)
def test_a_finish_reason_is_a_short_word(reason: str, kept: str) -> None:
    assert decode_to_end(event(finish_reason=reason))[1].finish_reason == kept


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ("out of memory", UpstreamUnavailable),
        ({"code": 500, "message": "x"}, UpstreamUnavailable),
        ({"code": "429"}, UpstreamRateLimited),
        ({"code": "insufficient_quota"}, UpstreamRateLimited),
        ({"type": "invalid_api_key"}, UpstreamAuthFailed),
        ({"code": 400, "message": "maximum context length is 8"}, ContextTooLong),
    ],
)
def test_an_error_in_the_stream_is_typed(error: Any, failure: type[ReplyError]) -> None:
    with pytest.raises(failure):
        decode(f"data: {json.dumps({'error': error})}\n\n".encode())


def test_an_unannounced_end_is_an_interruption() -> None:
    with pytest.raises(UpstreamInterrupted):
        decode(said("half"))
    with pytest.raises(UpstreamBadResponse):
        decode(b"hello, this is no stream\n\n")


def test_a_last_line_without_its_end_counts() -> None:
    assert decode(said("x"), b"data: [DONE]") == [("content", "x")]


def test_nothing_passes_after_the_end() -> None:
    assert decode(said("x") + DONE + said("y")) == [("content", "x")]


@pytest.mark.parametrize("piece", [b"x" * KIB, b"data: " + b"x" * KIB, b"data: x\n" * 200])
def test_lines_and_events_are_bounded(piece: bytes) -> None:
    with pytest.raises(UpstreamBadResponse):
        decode(piece, b"x" * KIB, line_max=KIB)


def test_a_reply_is_bounded_in_bytes() -> None:
    assert decode(said("你" * 20), said("x" * 4), DONE, reply_max=64)
    with pytest.raises(ReplyTooLong):
        decode(said("你" * 20), event({"reasoning": "x" * 5}), DONE, reply_max=64)
