"""Caps and costs where something else changes at the same moment."""

import asyncio
import signal
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from sqlalchemy import Connection, select

from app.database import table_of
from app.errors import CapReached
from app.models import UsageAttempt, utc_now
from app.services.usage.caps import Ask, Held, Reservations, applying, hold, used_of
from app.services.usage.prices import TokenPrice
from app.services.usage.pricing import Priced, Pricing
from tests.conftest import StartServer
from tests.endpoints.connecting import add_model, connect, patch
from tests.faults.watching import eventually
from tests.support.refusals import assert_refused
from tests.support.server import RunningServer
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream
from tests.usage.capped import cap, caps_of, operators_cap, set_caps
from tests.usage.ledger import put, target
from tests.usage.spending import over, usage

pytestmark = pytest.mark.anyio

SENDERS, MOST = 16, 4
_attempt = table_of(UsageAttempt)


@pytest.mark.parametrize(
    ("last_day", "next_period"),
    [
        (datetime(2025, 12, 31, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
    ],
)
async def test_a_cap_begins_anew_with_its_day_and_its_month(
    server: RunningServer, last_day: datetime, next_period: datetime
) -> None:
    ada = await server.register()
    await set_caps(ada, cap(1_000, "tokens"), cap(1_000, "tokens", period="month"))
    database = server.app.state.services.database
    moment = timedelta(microseconds=1)
    times = last_day.replace(day=1), last_day - moment, last_day, next_period - moment, next_period
    await database.write(put, ada.id, target(ada.id), *times)
    await usage(ada)  # which adds them up

    def used(connection: Connection, now: datetime) -> list[tuple[int, datetime]]:
        caps = applying(connection, ada.id, now)
        ends = [each.resets_at for each in caps]
        return list(zip(used_of(connection, ada.id, caps, now), ends, strict=True))

    tomorrow, month = next_period + timedelta(days=1), (next_period + timedelta(days=31))
    month = month.replace(day=1)
    # What began in a later period than is asked for cannot be there yet, save where clocks differ.
    before = await database.read(used, next_period - moment)
    assert [end for _, end in before] == [next_period, next_period]
    assert await database.read(used, next_period) == [(110, tomorrow), (110, month)]
    assert await database.read(used, tomorrow) == [(0, tomorrow + timedelta(days=1)), (110, month)]
    assert (await database.read(used, month))[1][0] == 0


async def test_a_connection_that_goes_during_its_reply_is_paid_for(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    made = await connect(ada, upstream.url, label="Home")
    model = await add_model(ada, made, "hold")
    await patch(ada, f"/models/{model}", price={"prompt": "1", "completion": "2"})
    conversation = await ada.conversation("named")
    body = {"content": "What is it all about?", "model_id": model}
    path = f"/conversations/{conversation}/messages"
    begun = asyncio.create_task(ada.post(path, json=body))
    await upstream.received(1)
    await patch(ada, f"/models/{model}", price={"prompt": "9", "completion": "9"})
    assert (await ada.request("DELETE", f"/connections/{made['id']}")).status_code == 204
    upstream.release()
    reply = (await begun).json()["reply"]
    # At the price that was there when it began: nobody has a newer one for it.
    used = reply["usage"]
    cost = 1_000 * used["prompt_tokens"] + 2_000 * used["completion_tokens"]
    assert used["cost_nano_usd"] == cost
    [turn] = await over(ada, 1)
    assert (turn["cost_nano_usd"], turn["price_source"]) == (cost, "user")
    assert (turn["connection_label"], turn["model_name"]) == ("Home", "hold")

    def price(connection: Connection) -> str:
        its = _attempt.c.id == turn["id"]
        return str(connection.execute(select(_attempt.c.price).where(its)).scalar_one())

    kept = TokenPrice.read(await server.app.state.services.database.read(price))
    assert (kept.rates.prompt, kept.rates.completion) == (10**9, 2 * 10**9)
    [row] = await usage(ada, by="connection")
    assert (row["label"], row["cost_nano_usd"]) == ("Home", cost)


async def test_an_operators_cap_that_is_lowered_during_a_reply(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    settings = {"default_model_url": upstream.url, "default_model_name": "hold"}
    server = await start_server(**settings, default_api_key="sk-operator")
    ada = await server.register()
    first, second = [await ada.conversation("named") for _ in range(2)]
    each = {"scope": "user", "target": "shared", "unit": "messages", "warn_percent": 80}
    async with ada.socket(first) as socket:
        async with operators_cap(server, amount=10, **each):
            await socket.send(type="message", content="hello")
            await socket.until("chunk")
        async with operators_cap(server, amount=1, **each):
            assert_refused(await ada.say(second, "hello"), 429, "cap_reached")
            upstream.release()
            done = (await socket.until("done"))[-1]
            assert done["status"] == "complete"
            [told] = [each for each in await caps_of(ada) if each["id"]]
            assert (told["used"], told["left"], told["warning"]) == (1, 0, True)
            assert_refused(await ada.say(second, "hello"), 429, "cap_reached")
    assert (await ada.say(second, "hello")).status_code == 200


async def test_a_process_killed_among_many_senders_gives_no_more_than_a_cap(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    here = await start_server(max_replies_per_user=SENDERS, reap_after_seconds=1)
    ada = await here.person_with_model(upstream.url, "hold")
    conversations = [await ada.conversation("named") for _ in range(SENDERS)]
    await set_caps(ada, cap(MOST))
    more = {"MAX_REPLIES_PER_USER": str(SENDERS), "REAP_AFTER_SECONDS": "1"}
    async with server_process(database_url, **more) as process:
        places = [ada, process.seen_by(ada)]
        sent = [
            asyncio.create_task(places[n % 2].say(id, "at once"))
            for n, id in enumerate(conversations)
        ]
        await upstream.received(1)
        process.kill(signal.SIGKILL)
        await process.exited()
        upstream.release()
        answers = await asyncio.gather(*sent, return_exceptions=True)
    assert not [each for each in answers if isinstance(each, AssertionError)]
    passed = [each for each in answers if isinstance(each, httpx2.Response)]
    assert {each.status_code for each in passed} <= {200, 429}
    kept = [len(await ada.messages(id)) for id in conversations]
    begun = sum(count > 0 for count in kept)
    assert len(upstream.replies) <= begun <= MOST

    async def is_counted() -> bool:
        [told] = await caps_of(ada)
        return bool(told["used"] == begun)

    await eventually(is_counted)
    for id in conversations[: MOST - begun + 1]:
        last = await ada.say(id, "more")
    assert_refused(last, 429, "cap_reached")


async def test_a_cap_of_money_knows_the_price_of_the_first_message(server: RunningServer) -> None:
    """Of a public provider, whose prices this process has not loaded yet."""
    ada = await server.register()
    await set_caps(ada, cap(1_000, "nano_usd"))
    database = server.app.state.services.database
    reservations = Reservations(database, Pricing(), 10)

    async def begin(url: str) -> Held:
        model = Priced(url, "gpt-4o", is_shared=False, price=None)
        ask = Ask(ada.id, target(ada.id), model, 10)
        return await reservations.begin(lambda own: database.write(hold, ask, own, utc_now()))

    with pytest.raises(CapReached):
        await begin("https://api.openai.com/v1")
    # What nobody knows the price of is not held up by a cap of money.
    for url in ("http://127.0.0.1:11434/v1", "https://models.example.org/v1"):
        assert (await begin(url)).nano is None
