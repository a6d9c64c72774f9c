"""Pages of a history: before a message, after it, around it."""

from typing import Any

import pytest

from app.services.messages import service
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

MISSING = 2**62


async def page(person: Person, conversation: int, **query: Any) -> dict[str, Any]:
    path = f"/conversations/{conversation}/messages"
    answer = await person.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ids(person: Person, conversation: int, **query: Any) -> tuple[list[int], bool, bool]:
    """The ids of a page, and whether there are older and newer ones."""
    found = await page(person, conversation, **query)
    return [each["id"] for each in found["messages"]], found["has_more"], found["has_newer"]


async def talked(person: Person, turns: int) -> tuple[int, list[int]]:
    """A conversation of so many turns, and the ids of its messages."""
    conversation = await person.conversation()
    for number in range(turns):
        await person.say(conversation, f"number {number}")
    found = await page(person, conversation)
    assert found["has_more"] is found["has_newer"] is False
    return conversation, [each["id"] for each in found["messages"]]


async def test_both_ways(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    _, before = await talked(ada, 1)
    conversation, m = await talked(ada, 5)
    # Other versions are on no page, and no place: they lie between those shown.
    again = (await ada.post(f"/messages/{m[9]}/regenerate")).json()["reply"]["id"]
    hidden, m = m[9], [*m[:9], again]

    async def found(**query: Any) -> tuple[list[int], bool, bool]:
        return await ids(ada, conversation, **query)

    assert await found(limit=4) == (m[6:], True, False)
    assert await found(limit=4, before_id=m[6]) == (m[2:6], True, True)
    assert await found(limit=4, before_id=m[2]) == (m[:2], False, True)
    assert await found(before_id=m[0]) == ([], False, True)
    assert await found(before_id=MISSING) == (m, False, False)
    assert await found(limit=4, after_id=m[2]) == (m[3:7], True, True)
    assert await found(limit=4, after_id=m[6]) == (m[7:], True, False)
    assert await found(after_id=m[9]) == ([], True, False)
    assert await found(limit=3, after_id=before[0]) == (m[:3], False, True)
    assert await found(limit=200, after_id=hidden) == (m[9:], True, False)

    assert await found(limit=5, around_id=m[4]) == (m[2:7], True, True)
    assert await found(limit=4, around_id=m[4]) == (m[3:7], True, True)
    assert await found(limit=1, around_id=m[4]) == ([m[4]], True, True)
    assert await found(limit=5, around_id=m[0]) == (m[:5], False, True)
    assert await found(limit=5, around_id=m[9]) == (m[5:], True, False)
    assert await found(limit=200, around_id=m[4]) == (m, False, False)
    one = (await page(ada, conversation, limit=3, around_id=m[9]))["messages"]
    assert one == (await page(ada, conversation, limit=3))["messages"]
    assert one[-1]["versions"] == 2

    empty = await ada.conversation()
    for query in ({}, {"before_id": m[0]}, {"after_id": m[0]}):
        assert await ids(ada, empty, **query) == ([], False, False)


async def test_places_that_are_none(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada, eve = await server.person_with_model(upstream.url), await server.register()
    conversation, m = await talked(ada, 2)
    other, elsewhere = await talked(ada, 1)
    again = (await ada.post(f"/messages/{m[3]}/regenerate")).json()["reply"]["id"]
    path = f"/conversations/{conversation}/messages"
    for id in (MISSING, m[3], elsewhere[0]):
        answer = await ada.get(path, params={"around_id": id})
        assert_refused(answer, 404, "message_not_found")
    answer = await eve.get(path, params={"around_id": again})
    assert_refused(answer, 404, "conversation_not_found")
    for bad in (
        {"before_id": m[1], "after_id": m[1]},
        {"after_id": m[1], "around_id": m[1]},
        {"before_id": m[1], "around_id": m[1]},
        {"after_id": 0},
        {"around_id": "x"},
        {"around_id": 2**63},
    ):
        assert_refused(await ada.get(path, params=bad), 422, "invalid_input")


async def test_long_ones_leave_room_for_what_is_asked_for(
    server: RunningServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    for _ in range(4):
        await ada.say(conversation, "x" * 1_000)
    m = [each["id"] for each in await ada.messages(conversation)]
    monkeypatch.setattr(service, "PAGE_CHARACTERS", 1_500)
    for place in m:
        found, has_more, has_newer = await ids(ada, conversation, around_id=place)
        assert place in found and len(found) < 4
        assert (has_more, has_newer) == (found[0] != m[0], found[-1] != m[-1])
    seen, has_newer = m[:1], True
    while has_newer:
        part, _, has_newer = await ids(ada, conversation, after_id=seen[-1])
        seen += part
    assert seen == m
