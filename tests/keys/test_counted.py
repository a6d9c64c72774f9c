"""What programs use is in the ledger to the last token, and bounded by caps."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.keys.programs import COUNTED, Program, assert_told, program_of, settled
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.usage.capped import cap, set_caps

pytestmark = pytest.mark.anyio

REQUESTS = 1000
AT_ONCE = 20


async def used(person: Person, by: str = "key") -> list[dict[str, Any]]:
    """Sums of this day, once nothing runs any more."""
    await settled(person)
    rows: list[dict[str, Any]] = (await person.get(f"/usage?by={by}")).json()["rows"]
    return rows


async def test_the_ledger_is_what_the_models_server_counted(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "counting")
    program = await program_of(ada)
    COUNTED.clear()
    numbers = iter(range(REQUESTS))
    statuses: Counter[int] = Counter()

    async def ask() -> None:
        for number in numbers:
            if number % 10 == 0:
                body = {"model": "default", "input": "words"}
                answer = await program.request("POST", "/embeddings", json=body)
            else:
                answer = await program.chat("default", stream=number % 2 == 1)
            statuses[answer.status_code] += 1

    await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    assert statuses == {200: REQUESTS}
    (row,) = await used(ada)
    assert (row["label"], row["attempts"], row["estimated"]) == ("a program", REQUESTS, 0)
    sums = tuple(map(sum, zip(*COUNTED, strict=True)))
    assert (row["prompt_tokens"], row["completion_tokens"]) == sums
    last = (await ada.get("/usage/attempts")).json()["attempts"][0]
    assert last["purpose"] in ("api", "embedding")
    assert (last["status"], last["counted_by"]) == ("complete", "provider")
    assert last["key_id"] == int(row["key"])


async def reached(program: Program, model: str = "default") -> str | None:
    """Whose cap refuses a request; None where none does."""
    answer = await program.chat(model, max_tokens=10)
    if answer.status_code == 200:
        return None
    assert_told(answer, 429, "cap_reached")
    assert int(answer.headers["retry-after"]) > 60
    assert answer.headers["x-should-retry"] == "false"
    return str(answer.json()["error"]["message"])


async def test_caps_of_a_key_of_its_owner_and_of_the_operator(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    operators = {"default_model_url": upstream.url, "default_model_name": "whole_json"}
    server = await start_server(
        **operators, default_api_key="sk-operator", default_model_daily_messages=3
    )
    ada = await server.register()
    by_key = {"cap": {"period": "day", "unit": "messages", "amount": 1}}
    program = await program_of(ada, **by_key)
    assert await reached(program) is None
    message = await reached(program)
    assert message is not None and "this key" in message
    key = (await ada.get("/auth/keys")).json()["keys"][0]
    assert (key["cap"]["used"], key["cap"]["left"]) == (1, 0)

    other = await program_of(ada)
    assert await reached(other) is None
    assert await reached(other) is None
    answer = await other.chat("default")  # the operator's daily messages are for programs, too
    assert_told(answer, 429, "daily_limit_reached")

    bob = await server.person_with_model(upstream.url, "whole_json")
    theirs = await program_of(bob)
    await set_caps(bob, cap(40, "tokens"))
    assert await reached(theirs) is None
    assert await used(bob, "model")
    assert await reached(theirs) is None
    message = await reached(theirs)  # twelve of each were counted
    assert message is not None and "you have" in message
    answer = await theirs.chat("default", max_tokens=1000, max_completion_tokens=1)
    assert_told(answer, 429, "cap_reached")
