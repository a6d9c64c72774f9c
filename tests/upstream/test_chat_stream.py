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
from app.services.upstream.failures import failure_of
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


def pieces(body: bytes) -> list[bytes]:
    """The body byte by byte."""
    return [body[at : at + 1] for at in range(len(body))]


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


ODD_BODIES = [
    b"\xef\xbb\xbf\r\n: hi\r\n"
    + event({"role": "assistant", "content": ""}, finish_reason="null")
    + event({"content": "\n<think>\nwhy\ud83d"}, end="\n")
    + event({"content": "\ude00 so</th"}, end="\n")
    + b"data: ping\ndata: \n\nevent: ping\r\rdata:\n\n"
    + event({"content": "ink>\n\nbecause"}, end="\r\n")
    + event({"content": [{"type": "text", "text": " of it"}]}, finish_reason="stop")
    + b'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\ndata: [DONE]',
    b'{"choices":[{"delta":{"content":"a"}}]}\n{"choices":[{"delta":{"content":"b"},'
    b'"finish_reason":"max_tokens"}]}\n\n',
    json.dumps(DOCUMENT := {"choices": [{"message": {"content": "a"}}]}, indent=1).encode(),
    json.dumps(DOCUMENT).encode() + b"\n",
    b"event: error\ndata: slow down: rate limit\n\n",
    b'data: {"choices":[{"delta":{"content":"x"}}]}\nerror: {"message":"invalid api key"}\n',
]


def ended(*chunks: bytes) -> tuple[Deltas, Completion | type[ReplyError]]:
    """The deltas, and how it ended: as a completion or by an error."""
    deltas: Deltas = []
    stream = ChatStream(lambda kind, text: deltas.append((kind, text)), 64 * KIB, 64 * KIB)
    try:
        for chunk in chunks:
            stream.feed(chunk)
        return deltas, stream.finish()
    except ReplyError as error:
        return deltas, type(error)


def test_what_the_odd_bodies_hold() -> None:
    odd, *others = map(ended, ODD_BODIES)
    assert "".join(text for kind, text in odd[0] if kind == "reasoning") == "why😀 so"
    assert "".join(text for kind, text in odd[0] if kind == "content") == "because of it"
    assert odd[1] == Completion("stop", USAGE)
    assert others == [
        ([("content", "a"), ("content", "b")], Completion("length", None)),
        ([("content", "a")], Completion("stop", None)),
        ([("content", "a")], Completion("stop", None)),
        ([], UpstreamRateLimited),
        ([("content", "x")], UpstreamAuthFailed),
    ]


@given(st.sampled_from(ODD_BODIES), st.lists(st.integers(0, 700), max_size=12))
def test_any_split_of_an_odd_body_gives_the_same(body: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(body)]
    chunks = [body[a:b] for a, b in zip(places, places[1:], strict=False)]
    assert ended(*chunks) == ended(*pieces(body)) == ended(body)


NAMES = st.sampled_from(
    "choices delta message content reasoning reasoning_content reasoning_details thinking text type"
    " refusal finish_reason error code status msg detail usage base_resp".split()
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["thinking"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(ANYTHING, ANYTHING)
def test_no_json_raises_anything_but_a_typed_error(first: Any, second: Any) -> None:
    for payload in (
        first,
        {"choices": [first, second]},
        {"choices": [{"delta": first}], "e": second},
    ):
        data = json.dumps(payload).encode()
        for body in (data, b"data: " + data + b"\n\n", b"event: error\ndata: " + data + b"\n\n"):
            ended(body, DONE)
        failure_of(400, data.decode())


@given(st.text(st.characters(), max_size=20), st.text(st.characters(), max_size=20))
def test_text_is_relayed_as_it_is(first: str, second: str) -> None:
    deltas = decode(said(first), said(second), DONE)
    joined = (first + second).replace("\0", "")
    whole = joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert "".join(text for _, text in deltas) == whole


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_typed_error(first: bytes, second: bytes) -> None:
    for chunks in (
        (first, second),
        (b"data: " + first + b"\n\n", b"data: {" + second + b"}\n\n"),
        (b"{" + first, second),
        (b"event: error\ndata: " + first, b"\n\nerror: " + second + b"\n"),
    ):
        try:
            decode(*chunks)
        except ReplyError:
            continue


@pytest.mark.parametrize(
    "payload",
    [
        b"{",
        b"{this is no JSON\xff\xfe}",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"a":' * 5_000,
        b'{"choices":' + b"9" * 5_000 + b"}",
    ],
)
def test_garbage_is_a_bad_response(payload: bytes) -> None:
    with pytest.raises(UpstreamBadResponse):
        decode(said("before"), b"data: " + payload + b"\n\n", DONE)


HEARTBEATS = [
    b"data: ping\n\n",
    b"data: \n\n",
    b"data:\n\n",
    b"data\n\n",
    b"data:   \n\n",
    b"event: done\ndata: \n\n",
    b"event: ping\ndata: {}\n\n",
    b'event: ping\ndata: {"type": "ping"}\n\n',
    b"event: heartbeat\n\n",
    b": OPENROUTER PROCESSING\n\n",
    b":\n",
    b"data: keep-alive\n\n",
    b"data: [PING]\n\n",
    b"data: null\n\n",
    b"data: 1\n\n",
    b'data: "text"\n\n',
    b"data: []\n\n",
    b"retry: 3000\n\n",
    b"\n\n\r\n",
]


@pytest.mark.parametrize("beat", HEARTBEATS)
def test_a_heartbeat_is_no_event(beat: bytes) -> None:
    body = (beat, said("a"), beat, said("b"), beat, event(finish_reason="stop"), beat, DONE, beat)
    assert decode_to_end(*body) == ([("content", "a"), ("content", "b")], Completion("stop", None))
    assert decode(*body[:-2]) == [("content", "a"), ("content", "b")]
    with pytest.raises(UpstreamBadResponse):
        decode(beat * 3)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(
    "lines",
    [
        [b'data: {"choices":[{"delta":{"content":"a"}}]}', b"data: ping", b"data: [DONE]"],
        [b'data: data: {"choices":[{"delta":{"content":"a"}}]}', b"data: data: [DONE]"],
        [b'data:{"choices":[{"delta":{"content":"a"}}]}', b"event: done", b"data: [DONE]", b""],
        [b"data: ping", b'data: {"choices":[{"delta":{"content":"a"}}]}', b"data: [DONE]", b""],
        [b"", b"\xef\xbb\xbf", b'data: {"choices":[{"delta":{"content":"a"}}]}', b"data: [DONE]"],
    ],
)
def test_loose_framing_is_read_line_by_line(lines: list[bytes], end: bytes) -> None:
    body = end.join(lines)
    expected = ([("content", "a")], Completion("stop", None))
    assert decode_to_end(body) == decode_to_end(*pieces(body)) == expected


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n"])
@pytest.mark.parametrize("last", [b'{"choices":[{"finish_reason":"stop"}]}', b"data: [DONE]"])
def test_lines_of_bare_json_are_read(last: bytes, end: bytes) -> None:
    body = b'{"choices":[{"delta":{"content":"a"}}]}' + end + last
    expected = ([("content", "a")], Completion("stop", None))
    assert decode_to_end(body) == decode_to_end(*pieces(body)) == expected


def test_a_heartbeat_does_not_hold_up_loose_events() -> None:
    deltas: Deltas = []
    stream = ChatStream(lambda kind, text: deltas.append((kind, text)), 64 * KIB, 64 * KIB)
    stream.feed(b"data: ping\n" + event({"content": "a"}, end="\n") + b"data: ping\n")
    assert deltas == [("content", "a")]
    stream.feed(b"".join(event({"content": "b"}, end="\n") for _ in range(1500)))
    assert len(deltas) >= 1500
    stream.feed(DONE)
    assert len(deltas) == 1501


def test_a_text_is_handed_on_before_the_event_after_next() -> None:
    deltas: Deltas = []
    stream = ChatStream(lambda kind, text: deltas.append((kind, text)), 64 * KIB, 64 * KIB)
    for text in "abc":
        stream.feed(event({"content": text}, end="\n"))
    assert deltas == [("content", "a"), ("content", "b")]


DOCUMENTS = [
    {"choices": [{"message": {"content": "all"}, "finish_reason": "stop"}]},
    [{"choices": [{"message": {"content": "all"}, "finish_reason": "stop"}]}],
    {"choices": [{"message": {"content": "all"}}]},
]


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("around", ["", " \r\n", "\n\n"])
def test_a_document_is_read_whatever_was_asked_for(document: Any, indent: int, around: str) -> None:
    body = (around + json.dumps(document, indent=indent) + around).encode()
    expected = ([("content", "all")], Completion("stop", None))
    assert decode_to_end(body) == decode_to_end(*pieces(body)) == expected


@pytest.mark.parametrize(
    "body", [b"<!doctype html>", b"\n <html>", b"", b"{}", b"[]", b'{"a": 1}', b"{", b"hello\n\n"]
)
def test_what_is_no_completion_is_a_bad_response(body: bytes) -> None:
    for chunks in ((body,), pieces(body)):
        with pytest.raises(UpstreamBadResponse):
            decode(*chunks)


def test_a_large_document_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps({"choices": [{"message": {"content": "x" * 300_000}}]}).encode()
    chunks = [body[at : at + 100] for at in range(0, len(body), 100)]
    assert decode(*chunks, reply_max=300_000, line_max=KIB) == [("content", "x" * 300_000)]
    with pytest.raises(ReplyTooLong):
        decode(*chunks, reply_max=40_000)


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


REASONS = {
    "stop": "stop STOP end_turn eos eos_token stop_sequence COMPLETE completed finished done",
    "length": "length model_length max_tokens MAX_TOKENS max_output_tokens context_length"
    " model_context_window_exceeded token_limit ERROR_LIMIT truncated",
    "content_filter": "content_filter sensitive safety SAFETY FinishReason.SAFETY RECITATION"
    " recitation prohibited_content PROHIBITED_CONTENT blocklist SPII IMAGE_SAFETY ERROR_TOXIC"
    " refusal guardrail_intervened content_filtered flagged",
    "tool_calls": "tool_calls function_call tool_use MALFORMED_FUNCTION_CALL",
    "hello": "hello",
    "other": "<script> " + "x" * 33,
}


@pytest.mark.parametrize(
    ("reason", "kept"), [(word, kept) for kept, words in REASONS.items() for word in words.split()]
)
def test_a_finish_reason_is_one_of_few_words_or_a_short_one(reason: str, kept: str) -> None:
    chunk = event({"content": "x"}, finish_reason=reason)
    assert decode_to_end(chunk)[1].finish_reason == kept


@pytest.mark.parametrize(
    "reason",
    ["error", "network_error", "insufficient_system_resource", "abort", "ERROR", "timeout"],
)
def test_a_model_that_broke_off_is_an_interruption_or_unavailable(reason: str) -> None:
    with pytest.raises(UpstreamInterrupted):
        decode(said("half"), event(finish_reason=reason), DONE)
    with pytest.raises(UpstreamUnavailable):
        decode(event(finish_reason=reason), DONE)


@pytest.mark.parametrize("none", ["null", "", "None", "none", None, False, 0, "undefined"])
def test_what_names_no_reason_is_no_end(none: Any) -> None:
    chunks = (
        event({"content": "a"}, finish_reason=none),
        event({"content": "b"}, finish_reason=none),
    )
    with pytest.raises(UpstreamInterrupted):
        decode(*chunks)
    assert decode(*chunks, DONE) == [("content", "a"), ("content", "b")]


def test_text_after_a_finish_reason_counts() -> None:
    deltas, outcome = decode_to_end(
        event({}, finish_reason="stop"),
        event({"reasoning_content": "why"}, finish_reason="stop"),
        event({"content": "because"}, finish_reason="stop"),
        event({"content": " of it"}, finish_reason="length"),
    )
    assert deltas == [("reasoning", "why"), ("content", "because"), ("content", " of it")]
    assert outcome.finish_reason == "length"


@pytest.mark.parametrize(
    ("chunks", "may_end", "grace"),
    [
        ([said("a")], False, None),
        ([event(finish_reason="stop")], False, None),
        ([event({"reasoning": "why"}, finish_reason="stop")], True, None),
        ([said("a"), event(finish_reason="stop")], True, 10.0),
        ([event(finish_reason="length")], True, 10.0),
        (
            [said("a"), event(finish_reason="stop"), b'data: {"choices":[],"usage":{}}\n\n'],
            True,
            10.0,
        ),
        ([event({"content": "a"}, finish_reason="stop"), said("b")], False, None),
        ([event({"content": "a"}, finish_reason="stop")] * 2, True, None),
    ],
)
def test_how_long_a_finished_reply_is_waited_for(
    chunks: list[bytes], may_end: bool, grace: float | None
) -> None:
    stream = ChatStream(lambda *_: None, 64 * KIB, 64 * KIB)
    for chunk in chunks:
        stream.feed(chunk)
    assert (stream.may_end, stream.grace_seconds) == (may_end, grace)
    if grace:
        stream.feed(b'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n')
        assert stream.grace_seconds == 3.0


@pytest.mark.parametrize(
    ("delta", "deltas"),
    [
        ({"content": None, "refusal": "I cannot."}, [("content", "I cannot.")]),
        ({"refusal": "I cannot."}, [("content", "I cannot.")]),
        ({"content": "x", "refusal": None}, [("content", "x")]),
        ({"reasoning": "why", "reasoning_content": "why"}, [("reasoning", "why")]),
        (
            {"reasoning": "why", "reasoning_details": [{"type": "reasoning.text", "text": "why"}]},
            [("reasoning", "why")],
        ),
        (
            {"reasoning_details": [{"type": "reasoning.summary", "summary": "s"}]},
            [("reasoning", "s")],
        ),
        ({"reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}]}, []),
        ({"thinking": "why"}, [("reasoning", "why")]),
        ({"thinking_blocks": [{"type": "thinking", "thinking": "why"}]}, [("reasoning", "why")]),
        ({"reasoning": {"text": "why"}}, [("reasoning", "why")]),
        (
            {
                "content": [
                    {
                        "type": "thinking",
                        "thinking": [{"type": "text", "text": "w"}, {"text": "hy"}],
                    },
                    {"type": "text", "text": "so"},
                ]
            },
            [("reasoning", "why"), ("content", "so")],
        ),
        (
            {
                "content": [
                    {"type": "reasoning", "text": "why"},
                    {"type": "output_text", "text": "so"},
                ]
            },
            [("reasoning", "why"), ("content", "so")],
        ),
        ({"content": {"type": "text", "text": "so"}}, [("content", "so")]),
        ({"content": "so", "reasoning_content": None}, [("content", "so")]),
        (
            {"content": "so", "reasoning_content": None, "reasoning": "why"},
            [("reasoning", "why"), ("content", "so")],
        ),
        ({"content": "so", "thinking": "why"}, [("reasoning", "why"), ("content", "so")]),
        ({"content": "so", "reasoning_content": "why"}, [("reasoning", "why"), ("content", "so")]),
    ],
)
def test_thoughts_and_refusals_in_every_form(delta: dict[str, Any], deltas: Deltas) -> None:
    assert decode(event(delta), DONE) == deltas
    whole = json.dumps({"choices": [{"message": delta, "finish_reason": "stop"}]}).encode()
    assert decode(whole) == deltas


@pytest.mark.parametrize(
    "data",
    [
        b'{"error": {"message": "Rate limit reached"}}',
        b'{"message": "Rate limit reached"}',
        b'{"detail": "Rate limit reached"}',
        b'{"error": "Rate limit reached"}',
        b'"Rate limit reached"',
        b"Rate limit reached",
        b'[{"error": {"message": "Rate limit reached"}}]',
    ],
)
def test_an_event_called_error_is_one_whatever_it_holds(data: bytes) -> None:
    for chunk in (b"event: error\ndata: " + data + b"\n\n", b"error: " + data + b"\n\n"):
        for chunks in ((chunk,), pieces(chunk), (chunk[:13], chunk[13:])):
            with pytest.raises(UpstreamRateLimited):
                decode(said("before"), *chunks, DONE)
    with pytest.raises(UpstreamUnavailable):
        decode(said("before"), b"event: error\ndata: oh\n\n", DONE)


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ({"code": 401, "msg": "Invalid token"}, UpstreamAuthFailed),
        ({"code": 401, "msg": "no"}, UpstreamAuthFailed),
        ({"code": "429", "msg": "no"}, UpstreamRateLimited),
        ({"code": 500, "msg": "404 NOT_FOUND", "success": False}, UpstreamBadResponse),
        ({"code": 200, "msg": "ok"}, UpstreamBadResponse),
        (
            {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}},
            UpstreamRateLimited,
        ),
        ({"choices": None, "base_resp": {"status_msg": "invalid api key"}}, UpstreamAuthFailed),
        ({"error_code": 336, "error_msg": "prompt is too long"}, ContextTooLong),
        ({"object": "error", "message": "maximum context length is 8"}, ContextTooLong),
    ],
)
def test_an_error_instead_of_a_completion_is_typed(body: Any, failure: type[ReplyError]) -> None:
    data = json.dumps(body).encode()
    for chunk in (data, b"data: " + data + b"\n\n"):
        with pytest.raises(failure):
            decode(chunk)


def test_an_empty_completion_is_one() -> None:
    for body in (DONE, event({"role": "assistant", "content": ""}, finish_reason="stop")):
        assert decode_to_end(body) == ([], Completion("stop", None))
    whole = b'{"choices": [{"message": {"content": ""}}]}'
    assert decode_to_end(whole) == ([], Completion("stop", None))


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ("out of memory", UpstreamUnavailable),
        ({"code": 500, "message": "x"}, UpstreamUnavailable),
        ({"code": "429"}, UpstreamRateLimited),
        ({"code": 400, "message": "Incorrect API key provided"}, UpstreamAuthFailed),
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
