"""Scenarios in which the scripted model server refuses, breaks off, or means harm."""

import asyncio

from tests.support.upstream_exchange import Exchange, scenario
from tests.support.upstream_replies import WORD_SECONDS, echo

BIG_LINE_BYTES = 60 * 1024 * 1024


@scenario("silent")
async def silent(exchange: Exchange) -> None:
    await exchange.head()
    await asyncio.Event().wait()


@scenario("stall")
async def stall(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta("first words")
    await asyncio.Event().wait()


@scenario("mute", titles_too=True)
async def mute(exchange: Exchange) -> None:
    await exchange.upstream.released()
    await echo(exchange)


@scenario("endless")
async def endless(exchange: Exchange) -> None:
    await exchange.head()
    while True:
        await exchange.delta("and so on " * 100)


@scenario("textless")
async def textless(exchange: Exchange) -> None:
    """Some text, then events without any, for ever."""
    await exchange.head()
    await exchange.delta("so far ")
    while True:
        await exchange.event({"choices": [], "nothing": "x" * 500_000})


@scenario("comments")
async def comments(exchange: Exchange) -> None:
    """Some text, then comments, for ever."""
    await exchange.head()
    await exchange.delta("so far ")
    while True:
        await exchange.chunk(b": " + b"x" * 500_000 + b"\n\n")


@scenario("drop_second")
async def drop_second(exchange: Exchange) -> None:
    """A server that closes an idle connection just as the next request is on its way."""
    if len(exchange.upstream.requests) == 2:
        await exchange.drop()
    else:
        await echo(exchange)


@scenario("cut")
async def cut(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta("half a ")
    await exchange.drop()


@scenario("cut_chunk")
async def cut_chunk(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta("half a ")
    await exchange.write(b'ff\r\ndata: {"choices": [{')
    await exchange.drop()


@scenario("ends_early")
async def ends_early(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta("half a ")
    await exchange.end()


@scenario("html", titles_too=True)
async def html(exchange: Exchange) -> None:
    await exchange.head(200, "text/html; charset=utf-8")
    await exchange.chunk(b"<!doctype html><title>Log in</title>")
    await exchange.end()


@scenario("garbage")
async def garbage(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta("before ")
    await exchange.chunk(b"data: {this is no JSON\xff\xfe}\n\n")
    await exchange.finish()


@scenario("not_http")
async def not_http(exchange: Exchange) -> None:
    await exchange.write(b"220 mail.example ESMTP ready\r\n")
    await exchange.drop()


@scenario("gzip")
async def gzip(exchange: Exchange) -> None:
    await exchange.head(Content_Encoding="gzip")
    await exchange.chunk(b"\x1f\x8b\x08" + bytes(1000))
    await exchange.end()


@scenario("big_line")
async def big_line(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.write(b"%x\r\n" % BIG_LINE_BYTES)
    await exchange.write(b'data: {"choices":[{"delta":{"content":"')
    for _ in range(BIG_LINE_BYTES // 65536):
        await exchange.write(b"x" * 65536)


@scenario("big_header")
async def big_header(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.1 200 OK\r\nX-Big: ")
    for _ in range(1000):
        await exchange.write(b"x" * 65536)


@scenario("big_trailer")
async def big_trailer(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.write(b"0\r\nX-Big: ")
    for _ in range(1000):
        await exchange.write(b"x" * 65536)


@scenario("401", titles_too=True)
async def unauthorized(exchange: Exchange) -> None:
    await exchange.error(401, "Incorrect API key provided", "invalid_api_key")


@scenario("403", titles_too=True)
async def forbidden(exchange: Exchange) -> None:
    await exchange.error(403, "Not for you")


@scenario("404", titles_too=True)
async def missing(exchange: Exchange) -> None:
    await exchange.error(404, "The model does not exist", "model_not_found")


@scenario("429", titles_too=True)
async def limited(exchange: Exchange) -> None:
    await exchange.error(429, "Slow down", "rate_limit_exceeded")


@scenario("500", titles_too=True)
async def broken(exchange: Exchange) -> None:
    await exchange.error(500, "Out of order")


@scenario("503", titles_too=True)
async def overloaded(exchange: Exchange) -> None:
    await exchange.error(503, "Overloaded")


@scenario("503_once")
async def overloaded_once(exchange: Exchange) -> None:
    if exchange.is_first:
        await exchange.error(503, "Loading model")
    else:
        await echo(exchange)


@scenario("huge_error")
async def huge_error(exchange: Exchange) -> None:
    await exchange.head(400, "application/json")
    for _ in range(1000):
        await exchange.chunk(b"context_length_exceeded " * 2500)
    await exchange.end()


@scenario("redirect", titles_too=True)
async def redirect(exchange: Exchange) -> None:
    await exchange.answer(307, {}, Location="http://127.0.0.1:9/v1/chat/completions")


@scenario("echo_key_401", titles_too=True)
async def echo_key(exchange: Exchange) -> None:
    key = exchange.request.headers["authorization"]
    await exchange.error(401, f"Incorrect API key provided: {key}", "invalid_api_key")


@scenario("other_json")
async def other_json(exchange: Exchange) -> None:
    await exchange.answer(200, {"hello": "world"})


@scenario("error_event")
async def error_event(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta("so far ")
    await exchange.event({"error": {"message": "CUDA out of memory", "code": 500}})
    await exchange.end()


@scenario("nonsense_and_end")
async def nonsense_and_end(exchange: Exchange) -> None:
    """Some text; then, in one write, an event that is none and the end of the response."""
    await exchange.head()
    await exchange.delta("so far ")
    await exchange.upstream.released()
    await exchange.write(b"b\r\ndata: {oh\n\n\r\n0\r\n\r\n")


@scenario("error_until_close")
async def error_until_close(exchange: Exchange) -> None:
    """A response that ends with its connection, and an error in it."""
    await exchange.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    await asyncio.sleep(WORD_SECONDS)
    await exchange.write(b'data: {"choices":[{"delta":{"content":"so far "}}]}\n\n')
    await exchange.upstream.released()
    await exchange.write(b'data: {"error":{"message":"slow down","code":429}}\n\n')
    await exchange.drop()


@scenario("keepalive_comments")
async def keepalive_comments(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta("then comments")
    while True:
        await exchange.chunk(b": still here\n\n")
        await asyncio.sleep(WORD_SECONDS)


@scenario("comments_only")
async def comments_only(exchange: Exchange) -> None:
    await exchange.head()
    while True:
        await exchange.chunk(b": still here\n\n")
        await asyncio.sleep(WORD_SECONDS)


@scenario("filtered")
async def filtered(exchange: Exchange) -> None:
    """A filter cuts the reply off, at once where the message asks for nothing."""
    await exchange.head()
    if exchange.request.last_user_text != "nothing":
        await exchange.delta("What can be said is this, and")
    await exchange.finish("content_filter")


@scenario("calls_tool")
async def calls_tool(exchange: Exchange) -> None:
    """A model that calls a tool, and says nothing where the message asks for nothing."""
    await exchange.head()
    if exchange.request.last_user_text != "nothing":
        await exchange.delta("Let me look that up.")
    call = {"index": 0, "type": "function", "function": {"name": "search", "arguments": "{}"}}
    await exchange.delta(None, tool_calls=[call])
    await exchange.finish("tool_calls")


@scenario("empty")
async def empty(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.finish()


@scenario("no_credit")
async def no_credit(exchange: Exchange) -> None:
    await exchange.error(403, "Sorry, your account balance is insufficient")


@scenario("not_in_this_region")
async def not_in_this_region(exchange: Exchange) -> None:
    await exchange.error(400, "User location is not supported for the API use.")


@scenario("held_mark")
async def held_mark(exchange: Exchange) -> None:
    """A thought that stops in the middle of the mark that would end it."""
    await exchange.head()
    await exchange.delta("<think>hm</thi")
    await asyncio.Event().wait()


@scenario("comments_between")
async def comments_between(exchange: Exchange) -> None:
    """A second of nothing but comments in the middle of a reply."""
    await exchange.head()
    await exchange.delta("some words, ")
    for _ in range(50):
        await exchange.chunk(b": still here\n\n")
        await asyncio.sleep(WORD_SECONDS)
    await exchange.delta("and more")
    await exchange.finish()
