"""One row for each request that left for a model's server, with what it used."""

import json
from typing import Any

import pytest

from app.local_model import NAME as LOCAL_MODEL
from app.models import Conversation
from app.services.upkeep.removal import remove_of_conversations
from tests.conftest import StartServer
from tests.endpoints.connecting import add_model, connect, patch
from tests.support.server import Person, RunningServer
from tests.support.upstream import Raw, ScriptedUpstream
from tests.support.upstream_exchange import USAGE
from tests.usage.spending import attempts, over, usage

pytestmark = pytest.mark.anyio

COUNTED = ("complete", 7, 5, "provider", None)
REFUSED = ("refused", 0, 0, None)


def told(attempt: dict[str, Any]) -> tuple[Any, ...]:
    names = ("status", "prompt_tokens", "completion_tokens", "counted_by", "error_code")
    return tuple(attempt[name] for name in names)


async def test_a_turn_and_its_title_are_a_row_each(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    reply = (await ada.say(conversation, "hello")).json()["reply"]
    await over(ada, 1, "title")
    turn, title = await attempts(ada)
    assert told(turn) == COUNTED and told(title) == COUNTED
    assert (turn["purpose"], title["purpose"]) == ("reply", "title")
    assert (turn["message_id"], title["message_id"]) == (reply["id"], None)
    for each in (turn, title):
        assert each["conversation_id"] == conversation
        assert (each["model_name"], each["shared"]) == ("echo", False)
        assert each["connection_label"] == "127.0.0.1" and each["connection_id"]
        assert each["cost_nano_usd"] is None and each["price_source"] == "none"
        assert 0 <= each["first_token_ms"] <= each["duration_ms"]
    assert await attempts(ada, message_id=reply["id"]) == [turn]
    assert len(upstream.requests) == 2


@pytest.mark.parametrize(
    ("model", "rows"),
    [
        ("503_once", [(*REFUSED, "upstream_unavailable"), COUNTED]),
        ("503", [(*REFUSED, "upstream_unavailable")] * 2),
        ("429", [(*REFUSED, "upstream_rate_limited")]),
        ("401", [(*REFUSED, "upstream_auth_failed")]),
        ("html", [(*REFUSED, "upstream_bad_response")]),
        ("other_json", [(*REFUSED, "upstream_bad_response")]),
        ("redirect", [(*REFUSED, "upstream_rejected")]),
        ("cut", [("interrupted", 10, 6, "estimate", "upstream_interrupted")]),
        ("error_event", [("interrupted", 10, 6, "estimate", "upstream_unavailable")]),
    ],
)
async def test_each_request_is_a_row(
    server: RunningServer, upstream: ScriptedUpstream, model: str, rows: list[tuple[Any, ...]]
) -> None:
    ada = await server.person_with_model(upstream.url, model)
    await ada.say(await ada.conversation(), "What is it all about?")
    assert [told(each) for each in await over(ada, len(rows))] == rows
    assert len(upstream.replies) == len(rows)


@pytest.mark.databases("sqlite")
async def test_the_local_model_costs_nothing_as_is_known(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    local = {"default_model_url": upstream.url, "default_model_name": LOCAL_MODEL}
    server = await start_server(**local, default_api_key="sk-local")
    ada = await server.register()
    reply = (await ada.say(await ada.conversation(), "hello")).json()["reply"]
    assert reply["usage"]["cost_nano_usd"] == 0
    [turn] = await over(ada, 1)
    assert (turn["cost_nano_usd"], turn["price_source"]) == (0, "operator")
    [row] = await usage(ada)
    assert (row["cost_nano_usd"], row["unpriced"]) == (0, 0)


@pytest.mark.databases("sqlite")
async def test_what_never_left_is_no_row(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model("http://127.0.0.1:9/v1")
    answer = (await ada.say(await ada.conversation(), "hello")).json()
    assert answer["reply"]["error"]["code"] == "upstream_unavailable"
    assert await attempts(ada) == [] and await usage(ada) == []


@pytest.mark.databases("sqlite")
async def test_a_request_that_a_closing_connection_lost_is_a_row_without_tokens(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "drop_second")
    conversation = await ada.conversation("named")
    for text in ("one", "two"):
        await ada.say(conversation, text)
    found = await over(ada, 3)
    assert [each["status"] for each in found] == ["complete", "failed", "complete"]
    assert told(found[1])[1:] == (0, 0, None, None)
    assert len(upstream.requests) == 3


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("model", "said"), [("silent", 0), ("stall", 7)])
async def test_a_stop_is_an_estimate(
    server: RunningServer, upstream: ScriptedUpstream, model: str, said: int
) -> None:
    ada = await server.person_with_model(upstream.url, model)
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="What is it all about?")
        await (socket.until("chunk") if said else socket.until("start"))
        await upstream.received()
        await ada.post(f"/conversations/{conversation}/stop")
        done = (await socket.until("done"))[-1]
    [stopped] = await over(ada, 1)
    assert told(stopped) == ("stopped", 10, said, "estimate", None)
    assert (stopped["first_token_ms"] is None) == (said == 0)
    tokens = {"prompt_tokens": 10, "completion_tokens": said, "total_tokens": 10 + said}
    assert done["usage"] == tokens | {"estimated": True}
    assert (await ada.messages(conversation))[-1]["usage"] == done["usage"]


async def test_what_is_continued_is_as_good_as_its_runs(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    made = await connect(ada, upstream.url)
    stalling, whole, refusing = [await add_model(ada, made, n) for n in ("stall", "echo", "401")]
    for each in (stalling, whole, refusing):
        await patch(ada, f"/models/{each}", price={"prompt": "1", "completion": "1"})
    conversation = await ada.conversation("named")
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="What is it all about?", model_id=stalling)
        await socket.until("chunk")
        await ada.post(f"/conversations/{conversation}/stop")
        stopped = (await socket.until("done"))[-1]
        of_it = {"type": "continue", "message_id": stopped["message_id"]}
        await socket.send(**of_it, model_id=refusing)
        refused = (await socket.until("error"))[-1]
        assert refused["usage"] == stopped["usage"]
        await socket.send(**of_it, model_id=whole)
        done = (await socket.until("done"))[-1]
    runs = [(17, True), (29, True)]
    assert stopped["usage"]["cost_nano_usd"] == 1_000 * stopped["usage"]["total_tokens"]
    told = [(each["usage"]["total_tokens"], each["usage"]["estimated"]) for each in (stopped, done)]
    assert told == runs
    assert done["usage"]["cost_nano_usd"] == 29_000
    assert (await ada.messages(conversation))[-1]["usage"] == done["usage"]


@pytest.mark.databases("sqlite")
async def test_what_a_server_does_not_count_is_estimated_under_the_reply(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "cut")
    conversation = await ada.conversation("named")
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="What is it all about?")
        broken = (await socket.until("error"))[-1]
    tokens = {"prompt_tokens": 10, "completion_tokens": 6, "total_tokens": 16}
    assert broken["usage"] == tokens | {"estimated": True}
    assert (await ada.messages(conversation))[-1]["usage"] == broken["usage"]


async def test_a_continued_reply_is_a_row_for_each_run(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "at_length")
    conversation = await ada.conversation()
    reply = (await ada.say(conversation, "hello")).json()["reply"]
    async with ada.socket(conversation) as socket:
        await socket.send(type="continue", message_id=reply["id"])
        done = (await socket.until("done"))[-1]
    assert done["usage"]["completion_tokens"] == 10
    found = await over(ada, 2)
    assert [told(each) for each in found] == [COUNTED, COUNTED]
    assert [each["message_id"] for each in found] == [reply["id"]] * 2


async def test_a_shorter_prompt_is_another_row(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "context_length")
    conversation = await ada.conversation()
    for _ in range(3):
        await ada.say(conversation, "hello " * 100)
    asked = len(upstream.replies)
    found = await over(ada, asked)
    assert asked > 3
    assert {told(each)[0] for each in found} == {"refused", "complete"}
    assert [each["status"] for each in found].count("complete") == 3


@pytest.mark.databases("sqlite")
async def test_trials_are_rows(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    assert (await ada.post("/auth/config/test")).json()["ok"]
    [connection] = (await ada.get("/connections")).json()["connections"]
    tried = await ada.post(f"/connections/{connection['id']}/test", json={"model_name": "slow"})
    assert tried.json()["ok"]
    body = {"model_name": "429"}
    refused = await ada.post(f"/connections/{connection['id']}/test", json=body)
    assert not refused.json()["ok"]
    found = await over(ada, 3, "trial")
    assert [(each["status"], each["model_name"]) for each in found] == [
        ("stopped", "echo"),
        ("stopped", "slow"),
        ("refused", "429"),
    ]
    assert [each["counted_by"] for each in found] == ["estimate", "estimate", None]
    assert found[1]["connection_id"] == connection["id"]


def completion(*usages: object) -> Raw:
    """A reply that tells its usage so."""
    said = '{"choices":[{"delta":{"content":"Well."},"finish_reason":"stop"}]}'
    payloads = [said, *(f'{{"choices":[],"usage":{json.dumps(each)}}}' for each in usages)]
    body = "".join(f"data: {payload}\n\n" for payload in (*payloads, "[DONE]"))
    return Raw(body.encode())


ESTIMATED = (10, 6, "estimate")
HUGE = 2**40


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("usages", "expected"),
    [
        ([USAGE], (7, 5, "provider")),
        ([USAGE, USAGE], (7, 5, "provider")),
        ([{**USAGE, "completion_tokens": 2}, USAGE], (7, 5, "provider")),
        ([], ESTIMATED),
        ([{**USAGE, "prompt_tokens": -7}], ESTIMATED),
        ([{**USAGE, "completion_tokens": HUGE}], ESTIMATED),
        ([{**USAGE, "prompt_tokens": float("nan")}], ESTIMATED),
        ([{**USAGE, "prompt_tokens": "7"}], ESTIMATED),
        ([{"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}], ESTIMATED),
        ([{**USAGE, "total_tokens": HUGE}], (7, 5, "provider")),
        ([{**USAGE, "prompt_tokens": 2**31 - 1}], (2**31 - 1, 5, "provider")),
    ],
)
async def test_no_usage_makes_a_sum_go_wrong(
    server: RunningServer,
    upstream: ScriptedUpstream,
    usages: list[object],
    expected: tuple[int, int, str],
) -> None:
    ada = await server.person_with_model(upstream.url, "raw")
    upstream.raw = completion(*usages)
    await ada.say(await ada.conversation(), "What is it all about?")
    [turn] = await over(ada, 1)
    names = ("prompt_tokens", "completion_tokens", "counted_by")
    assert tuple(turn[name] for name in names) == expected
    [row] = await usage(ada, by="model", split="key")
    assert row["estimated"] == (expected[2] == "estimate")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 4}}, (5, 4, None, None)),
        ({"prompt_tokens_details": {"cached_tokens": 8}}, (5, None, None, None)),
        ({"prompt_tokens_details": {"cached_tokens": -1}}, (5, None, None, None)),
        ({"prompt_tokens_details": [1]}, (5, None, None, None)),
        ({"prompt_cache_hit_tokens": 7}, (5, 7, None, None)),
        (
            {"prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 4}},
            (5, 4, None, None),
        ),
        (
            {"cache_read_input_tokens": 4, "cache_creation_input_tokens": 3},
            (5, 4, 3, None),
        ),
        ({"completion_tokens_details": {"reasoning_tokens": 3}}, (5, None, None, 3)),
        ({"completion_tokens_details": {"reasoning_tokens": 6}}, (5, None, None, None)),
        # Beside the completion, where the total says so.
        (
            {"completion_tokens_details": {"reasoning_tokens": 6}, "total_tokens": 18},
            (11, None, None, 6),
        ),
    ],
)
async def test_parts_are_parts(
    server: RunningServer,
    upstream: ScriptedUpstream,
    details: dict[str, object],
    expected: tuple[int | None, ...],
) -> None:
    ada = await server.person_with_model(upstream.url, "raw")
    upstream.raw = completion({**USAGE, **details})
    await ada.say(await ada.conversation(), "hello")
    [turn] = await over(ada, 1)
    names = ("completion_tokens", "cached_tokens", "cache_write_tokens", "reasoning_tokens")
    assert tuple(turn[name] for name in names) == expected
    assert turn["prompt_tokens"] == 7 and turn["counted_by"] == "provider"


async def test_requests_outlive_what_they_were_made_for(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    await ada.say(conversation, "hello")
    [turn] = await over(ada, 1)
    await over(ada, 1, "title")
    await ada.request("DELETE", f"/conversations/{conversation}")
    await ada.request("DELETE", "/auth/config")
    database = server.app.state.services.database
    while await database.write(remove_of_conversations, Conversation.id == conversation):
        pass
    assert (await attempts(ada))[0] == turn
    [row] = await usage(ada, by="connection")
    assert (row["label"], row["attempts"]) == ("127.0.0.1", 2)


async def test_nobody_sees_anothers(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada: Person = await server.person_with_model(upstream.url)
    reply = (await ada.say(await ada.conversation(), "hello")).json()["reply"]
    bob = await server.register()
    assert await attempts(bob) == [] and await usage(bob) == []
    assert await attempts(bob, message_id=reply["id"]) == []


@pytest.mark.databases("sqlite")
async def test_a_trial_of_a_model_with_a_price_costs_that(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    """Names that differ in their case alone are other models."""
    ada = await server.register()
    connection = await connect(ada, upstream.url)
    for name, dollars in (("stall", 10), ("Stall", 20)):
        id = await add_model(ada, connection, name)
        await patch(ada, f"/models/{id}", price={"prompt": dollars, "completion": dollars})
    body = {"model_name": "stall"}
    await ada.post(f"/connections/{connection['id']}/test", json=body)
    [trial] = await over(ada, 1, "trial")
    tokens = trial["prompt_tokens"] + trial["completion_tokens"]
    assert (trial["cost_nano_usd"], trial["price_source"]) == (tokens * 10_000, "user")


async def test_a_reply_says_what_all_its_requests_cost(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    connection = await connect(ada, upstream.url)
    conversation = await ada.conversation("named")
    model = await add_model(ada, connection, "at_length")
    price = {"prompt": "1", "completion": "2.5"}
    await patch(ada, f"/models/{model}", price=price)
    await patch(ada, f"/conversations/{conversation}", model_id=model)
    once = 7 * 1_000 + 5 * 2_500
    reply = (await ada.say(conversation, "hello")).json()["reply"]
    assert reply["usage"]["cost_nano_usd"] == once
    async with ada.socket(conversation) as socket:
        await socket.send(type="continue", message_id=reply["id"])
        done = (await socket.until("done"))[-1]
    assert done["usage"]["cost_nano_usd"] == 2 * once
    assert (await ada.messages(conversation))[-1]["usage"]["cost_nano_usd"] == 2 * once
    found = await over(ada, 2)
    assert [each["cost_nano_usd"] for each in found] == [once, once]
    assert {each["price_source"] for each in found} == {"user"}
    # What it costs from now on changes nothing of what it has cost.
    await patch(ada, f"/models/{model}", price=None)
    assert await over(ada, 2) == found
    [row] = await usage(ada, by="model")
    assert (row["cost_nano_usd"], row["unpriced"]) == (2 * once, 0)


@pytest.mark.databases("sqlite")
async def test_what_a_server_says_it_cost_stands(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    connection = await connect(ada, upstream.url)
    conversation = await ada.conversation("named")
    model = await add_model(ada, connection, "raw")
    await patch(ada, f"/models/{model}", price={"prompt": 9, "completion": 9})
    await patch(ada, f"/conversations/{conversation}", model_id=model)
    for cost, expected, source in (
        (0.0001234, 123_400, "provider"),
        (0, 0, "provider"),
        (-1, 12 * 9_000, "user"),
        (float("nan"), 12 * 9_000, "user"),
        (10**9, 12 * 9_000, "user"),
    ):
        upstream.raw = completion({**USAGE, "cost": cost})
        reply = (await ada.say(conversation, "hello")).json()["reply"]
        assert reply["usage"]["cost_nano_usd"] == expected
        turn = (await attempts(ada, message_id=reply["id"]))[0]
        assert (turn["cost_nano_usd"], turn["price_source"]) == (expected, source)
    assert sum(row["cost_nano_usd"] for row in await usage(ada)) == 123_400 + 3 * 12 * 9_000
