"""Scenarios in which the scripted model server ends a reply as it should."""

import asyncio
import re

import orjson

from tests.support.upstream_exchange import Exchange, completion, scenario, whole

WORD_SECONDS = 0.02
CONTEXT_MESSAGES_MAX = 3


def words_of(exchange: Exchange) -> list[str]:
    """The reply of `echo`, cut so that the pieces joined are the reply."""
    return re.findall(r"\s*\S+|\s+$", f"You said: {exchange.request.last_user_text}")


@scenario("echo")
async def echo(exchange: Exchange) -> None:
    await exchange.head()
    for word in words_of(exchange):
        await exchange.delta(word)
    await exchange.finish()


@scenario("at_length")
async def at_length(exchange: Exchange) -> None:
    """Reaches its limit for one reply each time."""
    await exchange.head()
    await exchange.delta("more ")
    await exchange.finish("length")


@scenario("slow")
async def slow(exchange: Exchange) -> None:
    await exchange.head()
    for word in words_of(exchange):
        await exchange.delta(word)
        await asyncio.sleep(WORD_SECONDS)
    await exchange.finish()


@scenario("hold")
async def hold(exchange: Exchange) -> None:
    first, *rest = words_of(exchange)
    await exchange.head()
    await exchange.delta(first)
    await exchange.upstream.released()
    for word in rest:
        await exchange.delta(word)
    await exchange.finish()


@scenario("stall_after_finish")
async def stall_after_finish(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta("all there is")
    await exchange.event(completion({"delta": {}, "finish_reason": "stop"}))
    await asyncio.Event().wait()


@scenario("no_done")
async def no_done(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta("whole, unannounced")
    await exchange.finish(done=False)


@scenario("done_then_cut")
async def done_then_cut(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta("no end of the body")
    await exchange.chunk(b"data: [DONE]\n\n")
    await exchange.drop()


@scenario("cut_usage")
async def cut_usage(exchange: Exchange) -> None:
    """A whole reply, and half of the event that tells what it cost."""
    await exchange.head()
    await exchange.delta("all but the count")
    await exchange.event(completion({"delta": {}, "finish_reason": "stop"}))
    await exchange.chunk(b'data: {"choices":[],"usage":{"prompt_to')
    await exchange.drop()


@scenario("done_then_nothing")
async def done_then_nothing(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta("no end of the body")
    await exchange.chunk(b"data: [DONE]\n\n")
    await asyncio.Event().wait()


@scenario("until_close")
async def until_close(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    await exchange.write(b'data: {"choices":[{"delta":{"content":"old"},')
    await exchange.write(b'"finish_reason":"stop"}]}\n\ndata: [DONE]')
    await exchange.drop()


@scenario("stale")
async def stale(exchange: Exchange) -> None:
    await echo(exchange)
    await exchange.drop()


@scenario("bad_utf8")
async def bad_utf8(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.chunk(b'data: {"choices":[{"delta":{"content":"a\xffb\\u0000c"}}]}\n\n')
    await exchange.finish()


@scenario("reasoning")
async def reasoning(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta(None, reasoning_content="Let me ")
    await exchange.delta("", reasoning="think.")
    await exchange.delta("Done ")
    await exchange.delta("thinking.")
    await exchange.finish()


@scenario("surrogates")
async def surrogates(exchange: Exchange) -> None:
    await exchange.head()
    for text in ("smile \ud83d", "\ude00 and half \ud83d", "! last \ud83d"):
        await exchange.delta(text)
    await exchange.finish()


@scenario("emoji")
async def emoji(exchange: Exchange) -> None:
    await exchange.head()
    for text in ("你好，", "🍣", "👩\u200d👩\u200d👧", "\u2028", "终。"):
        await exchange.delta(text)
    await exchange.finish()


@scenario("null_first")
async def null_first(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta(None, role="assistant")
    await exchange.delta("after null")
    await exchange.finish()


@scenario("no_stream_options")
async def no_stream_options(exchange: Exchange) -> None:
    if "stream_options" in exchange.request.body:
        await exchange.error(400, "Unknown parameter: stream_options")
    else:
        await echo(exchange)


@scenario("whole_json")
async def whole_json(exchange: Exchange) -> None:
    await exchange.answer(200, whole("all at once"))


BIG_TEXT = "0123456789" * 60_000


@scenario("big_json")
async def big_json(exchange: Exchange) -> None:
    await exchange.answer(200, whole(BIG_TEXT))


@scenario("big_stream")
async def big_stream(exchange: Exchange) -> None:
    """All events in one write, more than one read brings."""
    await exchange.head()
    parts = [BIG_TEXT[at : at + 1000] for at in range(0, len(BIG_TEXT), 1000)]
    events = b"".join(
        b"data: " + orjson.dumps(completion({"delta": {"content": part}})) + b"\n\n"
        for part in parts
    )
    await exchange.chunk(events)
    await exchange.finish()


@scenario("big_until_close")
async def big_until_close(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n")
    await exchange.write(orjson.dumps(whole(BIG_TEXT)))
    await exchange.drop()


@scenario("context_length")
async def context_length(exchange: Exchange) -> None:
    if len(exchange.request.body["messages"]) > CONTEXT_MESSAGES_MAX:
        text = "This model's maximum context length is 4096 tokens."
        await exchange.error(400, text, "context_length_exceeded")
    else:
        await echo(exchange)


@scenario("think")
async def think(exchange: Exchange) -> None:
    await exchange.head()
    for text in ("<think>", "hm", "</think>", "answer"):
        await exchange.delta(text)
    await exchange.finish()


@scenario("prefilled")
async def prefilled(exchange: Exchange) -> None:
    """A model whose template opens the thought, so that only its end is to be seen."""
    await exchange.head()
    for text in ("I add", ".\n</th", "ink>\n", "\nThe answer", " is 4."):
        await exchange.delta(text)
    await exchange.upstream.released()
    await exchange.finish()


@scenario("early_stop")
async def early_stop(exchange: Exchange) -> None:
    """A model that is said to have finished before it has begun to answer."""
    await exchange.head()
    await exchange.event(completion({"delta": {"content": ""}, "finish_reason": "stop"}))
    thought = {"delta": {"reasoning_content": "hm"}, "finish_reason": "stop"}
    await exchange.event(completion(thought))
    await exchange.upstream.released()
    await exchange.delta("The answer.")
    await exchange.finish()


@scenario("raw")
async def raw(exchange: Exchange) -> None:
    raw = exchange.upstream.raw
    await exchange.head(raw.status, raw.media_type)
    for at in range(len(raw.body)):
        await exchange.chunk(raw.body[at : at + 1])
    await exchange.end()


@scenario("raw_always", titles_too=True)
async def raw_always(exchange: Exchange) -> None:
    await raw(exchange)


@scenario("raw_title", titles_too=True)
async def raw_title(exchange: Exchange) -> None:
    await (raw if exchange.request.is_title else echo)(exchange)
