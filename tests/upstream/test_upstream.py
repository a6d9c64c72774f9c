"""Replies from model servers of every kind: what passes, what ends how, and what it may cost."""

import asyncio
import logging
import sys
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.config import Settings
from app.errors import (
    ContextTooLong,
    ReplyError,
    ReplyTooLong,
    UpstreamAuthFailed,
    UpstreamBadResponse,
    UpstreamFiltered,
    UpstreamInterrupted,
    UpstreamModelUnknown,
    UpstreamOutOfCredit,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from app.schemas.message import UsageRead
from app.services.ai_service import AiService, Completion, Endpoint
from app.services.conversations.titles import INSTRUCTION
from tests.support.patience import PATIENCE_SECONDS
from tests.support.upstream import Raw, ScriptedUpstream
from tests.support.upstream_replies import BIG_TEXT

pytestmark = pytest.mark.anyio

KEY = "sk-very-secret"
SILENT = {"done_then_nothing", "stall_after_finish", "silent", "mute", "stall"}
"""Those that are waited for in vain."""
USAGE = UsageRead(prompt_tokens=7, completion_tokens=5, total_tokens=12)
MIB = 1024 * 1024
TITLE = [{"role": "user", "content": INSTRUCTION}]
"""What a title is asked for with."""


@pytest.fixture
async def ai(upstream: ScriptedUpstream) -> AsyncIterator[AiService]:
    async with service(upstream) as ai:
        yield ai


@pytest.fixture
async def hasty(upstream: ScriptedUpstream) -> AsyncIterator[AiService]:
    async with service(upstream, first_token=0.4, silence=0.2, reply=5) as ai:
        yield ai


@asynccontextmanager
async def service(upstream: ScriptedUpstream, **limits: float) -> AsyncIterator[AiService]:
    """One that waits for so many seconds, or as long as an ordinary one."""
    given: dict[str, Any] = {f"upstream_{of}_timeout_seconds": n for of, n in limits.items()}
    hosts = [upstream.host]
    ai = AiService(Settings(_env_file=None, allowed_private_model_hosts=hosts, **given))
    await ai.prepare()  # loading the SDK is not on the clock
    yield ai
    await ai.aclose()


class Reply:
    """What one call brought."""

    def __init__(self) -> None:
        self.content = ""
        self.reasoning = ""
        self.outcome: Completion | None = None
        self.has_text = asyncio.Event()

    def take(self, kind: str, text: str) -> None:
        setattr(self, kind, getattr(self, kind) + text)
        self.has_text.set()


async def ask(
    ai: AiService, upstream: ScriptedUpstream, model: str, text: str = "hello", **more: Any
) -> Reply:
    reply = more.pop("reply", None) or Reply()
    endpoint = Endpoint(upstream.url, model, more.pop("key", KEY))
    messages = more.pop("messages", None) or [{"role": "user", "content": text}]
    reply.outcome = await ai.stream_reply(endpoint, messages, reply.take)
    return reply


@pytest.mark.parametrize(
    ("model", "content", "usage"),
    [
        ("echo", "You said: hello", USAGE),
        ("slow", "You said: hello", USAGE),
        ("no_done", "whole, unannounced", USAGE),
        ("until_close", "old", None),
        ("done_then_cut", "no end of the body", None),
        ("done_then_nothing", "no end of the body", None),
        ("cut_usage", "all but the count", None),
        ("stall_after_finish", "all there is", None),
        ("surrogates", "smile 😀 and half \ufffd! last \ufffd", USAGE),
        ("emoji", "你好，🍣👩\u200d👩\u200d👧\u2028终。", USAGE),
        ("bad_utf8", "a\ufffdbc", USAGE),
        ("null_first", "after null", USAGE),
        ("no_stream_options", "You said: hello", None),
        ("whole_json", "all at once", USAGE),
        ("context_length", "You said: hello", USAGE),
    ],
)
async def test_replies(
    ai: AiService,
    hasty: AiService,
    upstream: ScriptedUpstream,
    model: str,
    content: str,
    usage: UsageRead | None,
) -> None:
    reply = await ask(hasty if model in SILENT else ai, upstream, model)
    assert (reply.content, reply.reasoning) == (content, "")
    assert reply.outcome == Completion("stop", usage)


@pytest.mark.parametrize(
    ("model", "failure", "content"),
    [
        ("silent", UpstreamTimeout, ""),
        ("mute", UpstreamTimeout, ""),
        ("stall", UpstreamTimeout, "first words"),
        ("cut", UpstreamInterrupted, "half a "),
        ("cut_chunk", UpstreamInterrupted, "half a "),
        ("ends_early", UpstreamInterrupted, "half a "),
        ("html", UpstreamBadResponse, ""),
        ("other_json", UpstreamBadResponse, ""),
        ("garbage", UpstreamBadResponse, "before "),
        ("not_http", UpstreamBadResponse, ""),
        ("gzip", UpstreamBadResponse, ""),
        ("big_header", UpstreamBadResponse, ""),
        ("big_trailer", UpstreamBadResponse, ""),
        ("401", UpstreamAuthFailed, ""),
        ("403", UpstreamAuthFailed, ""),
        ("404", UpstreamModelUnknown, ""),
        ("429", UpstreamRateLimited, ""),
        ("500", UpstreamUnavailable, ""),
        ("503", UpstreamUnavailable, ""),
        ("redirect", UpstreamRejected, ""),
        ("huge_error", ContextTooLong, ""),
        ("error_event", UpstreamUnavailable, "so far "),
    ],
)
async def test_failures(
    ai: AiService,
    hasty: AiService,
    upstream: ScriptedUpstream,
    model: str,
    failure: type[ReplyError],
    content: str,
) -> None:
    reply = Reply()
    with pytest.raises(failure) as caught:
        await ask(hasty if model in SILENT else ai, upstream, model, reply=reply)
    assert type(caught.value) is failure
    assert reply.content == content


@pytest.mark.parametrize(
    ("model", "failure"),
    [("nonsense_and_end", UpstreamBadResponse), ("error_until_close", UpstreamRateLimited)],
)
async def test_what_went_wrong_is_told_apart_from_a_cut_when_both_come_at_once(
    ai: AiService, upstream: ScriptedUpstream, model: str, failure: type[ReplyError]
) -> None:
    reply = Reply()
    asking = asyncio.create_task(ask(ai, upstream, model, reply=reply))
    await reply.has_text.wait()
    upstream.release()
    with pytest.raises(failure):
        await asking
    assert reply.content == "so far "


async def test_who_leaves_at_the_first_words_is_told_nothing_else(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    class Left(Exception):
        pass

    def leave(*_: str) -> None:
        raise Left

    endpoint = Endpoint(upstream.url, "error_until_close", KEY)
    with pytest.raises(Left):
        await ai.stream_reply(endpoint, [{"role": "user", "content": "hello"}], leave)


async def test_reasoning_is_apart_from_content(ai: AiService, upstream: ScriptedUpstream) -> None:
    reply = await ask(ai, upstream, "reasoning")
    assert (reply.reasoning, reply.content) == ("Let me think.", "Done thinking.")
    reply = await ask(ai, upstream, "think")
    assert (reply.reasoning, reply.content) == ("hm", "answer")


SSE = b'data: {"choices":[{"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n'
JSON = b'{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]}'
LABELS = ["text/event-stream", "application/json", "text/html; charset=utf-8", "text/plain", ""]


@pytest.mark.parametrize("body", [SSE, JSON, b"\xef\xbb\xbf" + SSE, b"\n : ok\n" + SSE])
@pytest.mark.parametrize("label", LABELS)
async def test_a_body_is_what_it_is_and_not_what_it_is_called(
    ai: AiService, upstream: ScriptedUpstream, body: bytes, label: str
) -> None:
    upstream.raw = Raw(body, label)
    assert (await ask(ai, upstream, "raw")).content == "hi"
    endpoint = Endpoint(upstream.url, "raw_title", KEY)
    assert await ai.complete(endpoint, TITLE, PATIENCE_SECONDS) == "hi"


@pytest.mark.parametrize("label", LABELS)
async def test_a_page_is_no_reply_whatever_it_is_called(
    ai: AiService, upstream: ScriptedUpstream, label: str
) -> None:
    upstream.raw = Raw(b"\n<!doctype html><title>Log in</title>", label)
    with pytest.raises(UpstreamBadResponse):
        await ask(ai, upstream, "raw")
    with pytest.raises(UpstreamBadResponse):
        await ai.complete(Endpoint(upstream.url, "raw_title", KEY), TITLE, PATIENCE_SECONDS)


async def test_a_title_has_no_thoughts(ai: AiService, upstream: ScriptedUpstream) -> None:
    endpoint = Endpoint(upstream.url, "echo", KEY)
    for title in ("<think>hm</think>\n\nA title", "hm\n</think>\n\nA title"):
        upstream.title = title
        assert await ai.complete(endpoint, TITLE, PATIENCE_SECONDS) == "A title"
    ai.remember_prefilled((endpoint.user_id, endpoint.base_url, endpoint.model), "</think>")
    for title in ("hm " * 1_000 + "</think>\n\nA title", "A title"):
        upstream.title = title
        assert await ai.complete(endpoint, TITLE, PATIENCE_SECONDS, characters=100) == "A title"


async def test_a_refusal_that_more_context_does_not_mend_is_asked_once(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    refusals = {
        "Incorrect API key provided": (UpstreamAuthFailed, 1),
        "insufficient balance": (UpstreamOutOfCredit, 1),
        "blocked by the content_filter": (UpstreamFiltered, 1),
        "unknown field": (UpstreamRejected, 2),  # without `stream_options`
    }
    for message, (failure, calls) in refusals.items():
        upstream.requests.clear()
        upstream.raw = Raw(f'{{"error":"{message}"}}'.encode(), "application/json", 400)
        with pytest.raises(failure) as caught:
            await ask(ai, upstream, "raw")
        assert (type(caught.value), len(upstream.requests)) == (failure, calls)


async def test_what_might_have_become_a_mark_is_kept_where_a_reply_breaks_off(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    upstream.raw = Raw(b'data: {"choices":[{"delta":{"content":" <thi"}}]}\n\n')
    reply = Reply()
    with pytest.raises(UpstreamInterrupted):
        await ask(ai, upstream, "raw", reply=reply)
    assert reply.content == " <thi"
    reply = Reply()
    asking = asyncio.create_task(ask(ai, upstream, "held_mark", reply=reply))
    await reply.has_text.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (reply.reasoning, reply.content) == ("hm</thi", "")


async def test_an_end_is_believed_when_the_stream_ends(upstream: ScriptedUpstream) -> None:
    async with service(upstream, first_token=30, silence=30) as ai:
        reply = Reply()
        asking = asyncio.create_task(ask(ai, upstream, "early_stop", reply=reply))
        await reply.has_text.wait()
        assert not asking.done()
        upstream.release()
        await asking
    assert (reply.reasoning, reply.content) == ("hm", "The answer.")


async def test_comments_are_life_once_a_reply_has_begun(upstream: ScriptedUpstream) -> None:
    async with service(upstream, silence=0.5, reply=30) as ai:
        assert (await ask(ai, upstream, "comments_between")).content == "some words, and more"
    async with service(upstream, silence=0.5, reply=0.7) as ai:
        reply = Reply()
        with pytest.raises(UpstreamTimeout):
            await ask(ai, upstream, "keepalive_comments", reply=reply)
        assert reply.content == "then comments"


async def test_comments_are_no_first_token(upstream: ScriptedUpstream) -> None:
    never = 10 * PATIENCE_SECONDS
    async with service(upstream, first_token=0.2, silence=never, reply=never) as ai:
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(UpstreamTimeout):
                await ask(ai, upstream, "comments_only")


async def test_too_long_a_conversation_is_told_apart(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    messages = [{"role": "user", "content": "x"}] * 4
    with pytest.raises(ContextTooLong):
        await ask(ai, upstream, "context_length", messages=messages)
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("model", ["endless", "big_line", "big_header", "big_trailer"])
async def test_memory_stays_bounded(upstream: ScriptedUpstream, model: str) -> None:
    lengths: list[int] = []
    endpoint = Endpoint(upstream.url, model, KEY)
    async with service(upstream) as ai:
        tracemalloc.start()
        try:
            with pytest.raises((ReplyTooLong, UpstreamBadResponse)):
                await ai.stream_reply(endpoint, [], lambda _, text: lengths.append(len(text)))
            assert tracemalloc.get_traced_memory()[1] < 8 * MIB
        finally:
            tracemalloc.stop()
    assert sum(lengths) <= MIB


async def test_large_answers_come_whole(upstream: ScriptedUpstream) -> None:
    async with service(upstream) as ai:
        for model in ("big_json", "big_stream", "big_json", "big_until_close"):
            assert (await ask(ai, upstream, model)).content == BIG_TEXT, model
        assert upstream.connections == 1


@pytest.mark.parametrize("model", ["textless", "comments"])
async def test_what_brings_no_text_ends(upstream: ScriptedUpstream, model: str) -> None:
    reply = Reply()
    async with service(upstream) as ai:
        with pytest.raises(UpstreamBadResponse):
            await ask(ai, upstream, model, reply=reply)
    assert reply.content == "so far "


async def test_an_sdk_that_could_not_be_loaded_is_loaded_later(
    upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    ai = AiService(Settings(_env_file=None, allowed_private_model_hosts=[upstream.host]))
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "app.services.upstream.sdk", None)
        with pytest.raises(ModuleNotFoundError):
            await ai.list_models(Endpoint(upstream.url, "", KEY))
        assert (await ask(ai, upstream, "echo")).content == "You said: hello"
    assert await ai.list_models(Endpoint(upstream.url, "", KEY))
    await ai.aclose()


async def test_only_a_passing_failure_is_retried_and_only_once(upstream: ScriptedUpstream) -> None:
    async with service(upstream) as ai:
        assert (await ask(ai, upstream, "503_once")).content == "You said: hello"
        assert len(upstream.requests) == 2
        for model, calls in (("503", 2), ("429", 1), ("500", 1), ("401", 1), ("cut", 1)):
            upstream.requests.clear()
            with pytest.raises(ReplyError):
                await ask(ai, upstream, model)
            assert len(upstream.requests) == calls, model


async def test_nobody_listens() -> None:
    async with ScriptedUpstream() as gone:
        url = gone.url
    ai = AiService(Settings(_env_file=None, allowed_private_model_hosts=["127.0.0.1"]))
    with pytest.raises(UpstreamUnavailable):
        await ai.stream_reply(Endpoint(url, "echo", KEY), [], lambda *_: None)
    await ai.aclose()


@pytest.mark.parametrize("model", ["hold", "mute", "silent"])
async def test_cancelling_closes_the_connection(upstream: ScriptedUpstream, model: str) -> None:
    ai = AiService(Settings(_env_file=None, allowed_private_model_hosts=[upstream.host]))
    task = asyncio.create_task(ask(ai, upstream, model))
    await upstream.received()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await upstream.left_early()
    await upstream.all_closed()
    await ai.aclose()


async def test_closing_the_service_ends_its_replies(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    reply = Reply()
    task = asyncio.create_task(ask(ai, upstream, "hold", reply=reply))
    await reply.has_text.wait()
    await ai.aclose()
    with pytest.raises(UpstreamInterrupted):
        await task
    await upstream.all_closed()


async def test_an_error_of_the_caller_ends_the_reply(
    ai: AiService, upstream: ScriptedUpstream
) -> None:
    def refuse(kind: str, text: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await ai.stream_reply(Endpoint(upstream.url, "hold", KEY), [], refuse)
    await upstream.left_early()


async def test_connections_are_used_again(ai: AiService, upstream: ScriptedUpstream) -> None:
    for _ in range(5):
        await ask(ai, upstream, "echo")
        await ai.complete(Endpoint(upstream.url, "echo", KEY), [], PATIENCE_SECONDS)
    assert upstream.connections == 1
    await asyncio.gather(*(ask(ai, upstream, "slow") for _ in range(5)))
    assert upstream.connections == 5


async def test_a_response_without_an_end_does_not_keep_its_connection(
    upstream: ScriptedUpstream,
) -> None:
    async with service(upstream) as ai:
        async with asyncio.timeout(PATIENCE_SECONDS):  # and not as long as silence may last
            await ask(ai, upstream, "done_then_nothing")
        await ask(ai, upstream, "echo")
        assert upstream.connections == 2
        await upstream.left_early()


async def test_a_stale_connection_is_replaced(ai: AiService, upstream: ScriptedUpstream) -> None:
    for _ in range(3):
        assert (await ask(ai, upstream, "drop_second")).content == "You said: hello"
    assert (len(upstream.requests), upstream.connections) == (4, 2)


async def test_a_whole_reply(ai: AiService, upstream: ScriptedUpstream) -> None:
    messages = [{"role": "user", "content": "hi"}]
    echo, endless = (Endpoint(upstream.url, model, KEY) for model in ("echo", "endless"))
    assert await ai.complete(echo, messages, PATIENCE_SECONDS) == "You said: hi"
    assert await ai.complete(endless, messages, PATIENCE_SECONDS, 9) == "and so on"
    await upstream.left_early()
    assert all(request.is_streamed for request in upstream.requests)


@pytest.mark.parametrize(
    ("model", "failure"),
    [("mute", UpstreamTimeout), ("401", UpstreamAuthFailed), ("html", UpstreamBadResponse)],
)
async def test_a_whole_reply_fails_as_a_streamed_one(
    ai: AiService, upstream: ScriptedUpstream, model: str, failure: type[ReplyError]
) -> None:
    with pytest.raises(failure):
        await ai.complete(Endpoint(upstream.url, model, KEY), [], 0.1)


async def test_models_are_listed(ai: AiService, upstream: ScriptedUpstream) -> None:
    names = await ai.list_models(Endpoint(f"{upstream.url}/", "", KEY))
    assert names == ["echo", "slow", "reasoning"]
    assert upstream.requests[0].path == "/v1/models"


async def test_only_the_users_own_key_is_sent(
    ai: AiService, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID", "WEBHOOK_SECRET"):
        monkeypatch.setenv(f"OPENAI_{name}", "from-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Env: from-environment\nCookie: from-environment")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    for key, sent in ((KEY, KEY), ("", "none"), (f" {KEY}\n", KEY)):
        await ask(ai, upstream, "echo", key=key)
        await ai.list_models(Endpoint(upstream.url, "", key))
        for request in upstream.requests[-2:]:
            assert request.headers["authorization"] == f"Bearer {sent}"
            assert "from-environment" not in str(request.headers)
    names = set(upstream.requests[0].headers)
    assert names == {
        "host",
        "accept",
        "accept-encoding",
        "authorization",
        "content-type",
        "content-length",
        "user-agent",
    }


@pytest.mark.parametrize("key", ["a\r\nX-Injected: 1", "a b", "ключ", "a\0b", "k" * 5000])
async def test_a_key_that_is_no_key_is_not_sent(
    ai: AiService, upstream: ScriptedUpstream, key: str
) -> None:
    with pytest.raises(UpstreamAuthFailed):
        await ask(ai, upstream, "echo", key=key)
    assert upstream.connections == 0


async def test_no_error_and_no_log_carries_the_key_or_the_endpoints_words(
    ai: AiService, upstream: ScriptedUpstream, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for model in ("echo", "echo_key_401", "404", "error_event"):
        failure: BaseException | None = None
        try:
            await ask(ai, upstream, model, "my private words")
        except ReplyError as error:
            failure = error
        while failure is not None:
            assert KEY not in repr(failure) + repr(vars(failure)) + str(failure)
            failure = failure.__cause__ or failure.__context__
    assert KEY not in repr(Endpoint(upstream.url, "m", KEY))
    for secret in (KEY, "my private words", "Incorrect API key", upstream.host):
        assert secret not in caplog.text
