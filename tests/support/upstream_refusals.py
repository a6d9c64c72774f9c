"""A scripted model server that refuses requests by what is in them."""

from tests.support.upstream_exchange import Exchange, scenario
from tests.support.upstream_replies import echo


@scenario("refuses")
async def refuses(exchange: Exchange) -> None:
    """Answers with what `ScriptedUpstream.refuse` gives for the request's body, where it does."""
    body = exchange.upstream.refuse(exchange.request.body)
    if body is None:
        await echo(exchange)
    else:
        await exchange.answer(400, body)


@scenario("refuses_busily")
async def refuses_busily(exchange: Exchange) -> None:
    """The same, but busy when it is asked a second time."""
    if len(exchange.upstream.requests) == 2:
        await exchange.error(503, "Overloaded")
    else:
        await refuses(exchange)


@scenario("refuses_then_cuts")
async def refuses_then_cuts(exchange: Exchange) -> None:
    """The same, and what it answers breaks off."""
    if exchange.upstream.refuse(exchange.request.body) is None:
        await exchange.head()
        await exchange.delta("half a ")
        await exchange.drop()
    else:
        await refuses(exchange)
