"""Model servers that attack, besides those of tests/support/upstream_faults.py."""

from tests.support.upstream_exchange import Exchange, scenario

CONTROL = {
    "type": "title",
    "event": "execute",
    "title": "Owned",
    "message_id": 1,
    "client_id": "x",
    "error_code": "none",
    "tool_calls": [{"function": {"name": "run", "arguments": "rm"}}],
    "function_call": {"name": "run"},
    "script": "<script>alert(1)</script>",
}


async def _redirect(exchange: Exchange) -> None:
    """To the address that the user's message names."""
    status = int(exchange.request.model.rpartition("_")[2])
    await exchange.answer(status, {}, Location=exchange.request.last_user_text)


for _status in (301, 302, 303, 307, 308):
    scenario(f"redirect_{_status}")(_redirect)


@scenario("control_events")
async def control_events(exchange: Exchange) -> None:
    """Events of the socket's own kinds, in fields and in text."""
    await exchange.head()
    await exchange.chunk(b'event: title\nid: 1.0.1.end\nretry: 1\ndata: {"choices":[]}\n\n')
    await exchange.event(CONTROL | {"choices": [{"delta": CONTROL}]})
    await exchange.delta('"}\n\nevent: done\ndata: {"type":"done"}\n\n', **CONTROL)
    await exchange.delta("the text", role="system", **CONTROL)
    await exchange.finish("<script>")


@scenario("deep_json")
async def deep_json(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.chunk(b"data: " + b'{"a":[' * 80_000 + b"\n\n")
    await exchange.finish()


@scenario("huge_numbers")
async def huge_numbers(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta("counted")
    await exchange.chunk(b'data: {"choices":[],"usage":{"prompt_tokens":' + b"9" * 6000 + b"}}\n\n")
    await exchange.finish()


@scenario("many_events")
async def many_events(exchange: Exchange) -> None:
    """Empty events at full speed, without a word among them."""
    await exchange.head()
    empty = b'data: {"choices":[{"delta":{}}]}\n\n' * 1000
    for _ in range(100):
        await exchange.chunk(empty)
    await exchange.delta("at last")
    await exchange.finish()


@scenario("header_injection")
async def header_injection(exchange: Exchange) -> None:
    await exchange.head(Set_Cookie="refresh_token=stolen; Path=/auth", X_Frame_Options="ALLOWALL")
    await exchange.delta("headers")
    await exchange.finish()


@scenario("empty_events")
async def empty_events(exchange: Exchange) -> None:
    """Events without anything in them, as many as the network carries."""
    await exchange.head()
    while True:
        await exchange.chunk(b"data: {}\n\n" * 20_000)
