"""`GET /search` as its users see it."""

import secrets
from typing import Any

import httpx2
import pytest

from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


async def search(person: Person, q: str, **options: Any) -> dict[str, Any]:
    answer = await person.get("/search", params={"q": q, **options})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ids(person: Person, q: str) -> list[int]:
    return [result["message_id"] for result in (await search(person, q))["results"]]


async def said(person: Person, conversation: int, text: str) -> tuple[int, int]:
    answer = await person.say(conversation, text)
    assert answer.status_code == 200, answer.text
    exchange = answer.json()
    return exchange["message"]["id"], exchange["reply"]["id"]


async def test_what_was_said_is_found_at_once(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation("Trip to 東京")
    question, reply = await said(
        ada, conversation, "明天去东京塔的 getUserName 路線？<img onerror=x>"
    )
    for q in ("塔", "東京塔", "路线", "username", "<img onerror", '"路线？<img onerror"'):
        found = await search(ada, q)
        assert {result["message_id"] for result in found["results"]} == {question, reply}, q
    newest = found["results"][0]
    assert newest["message_id"] == reply and newest["sender"] == "ai"
    assert (newest["conversation_id"], newest["title"]) == (conversation, "Trip to 東京")
    assert (newest["archived"], found["cursor"]) == (False, None)
    ((start, end),) = newest["ranges"]
    assert newest["snippet"][start:end] == "路線？<img onerror"
    assert found["titles"] == []
    titles = (await search(ada, "东京"))["titles"]
    assert titles == [
        {
            "conversation_id": conversation,
            "title": "Trip to 東京",
            "archived": False,
            "ranges": [[8, 10]],
        }
    ]


async def test_what_is_not_shown_is_not_found(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    eve = await server.person_with_model(upstream.url)
    word = secrets.token_hex(8)
    conversation = await ada.conversation()
    await ada.request(
        "PATCH", f"/conversations/{conversation}", json={"system_prompt": f"prompt {word}"}
    )
    question, _ = await said(ada, conversation, "about nothing")
    assert await ids(ada, word) == await ids(eve, word) == []

    edited = await ada.post(f"/messages/{question}/edit", json={"content": f"about {word}"})
    message, reply = edited.json()["message"]["id"], edited.json()["reply"]["id"]
    assert await ids(ada, word) == [reply, message]
    assert await ids(ada, "nothing") == await ids(eve, word) == []
    await ada.post(f"/messages/{question}/activate")
    assert await ids(ada, word) == []
    await ada.post(f"/messages/{message}/activate")
    await ada.request("DELETE", f"/messages/{message}")
    assert await ids(ada, word) == []
    await ada.post(f"/messages/{message}/restore")
    assert await ids(ada, word) == [reply, message]

    await ada.request("PATCH", f"/conversations/{conversation}", json={"archived": True})
    assert [each["archived"] for each in (await search(ada, word))["results"]] == [True, True]
    await ada.request("DELETE", f"/conversations/{conversation}")
    assert await search(ada, word) == {"results": [], "titles": [], "cursor": None}
    await ada.post(f"/conversations/{conversation}/restore")
    assert await ids(ada, word) == [reply, message]


async def test_a_branch_is_found(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    _, reply = await said(ada, conversation, "wanted")
    branch = (await ada.post(f"/messages/{reply}/branch")).json()["id"]
    found = {result["conversation_id"] for result in (await search(ada, "wanted"))["results"]}
    assert found == {conversation, branch}


async def test_every_page_once_also_while_more_is_said(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    expected: list[int] = []
    for number in range(7):
        expected += await said(ada, conversation, f"page {number}")
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        found = await search(ada, "page", limit=3, **cursor)
        assert cursor == {} or found["titles"] == []
        seen += [result["message_id"] for result in found["results"]]
        if found["cursor"] is None:
            break
        cursor = {"cursor": found["cursor"]}
        await said(ada, conversation, "another page")
    assert seen == expected[::-1]
    assert (await search(await server.register(), "page", **cursor))["results"] == []


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": " \t\n"}, "q"),
        ({"q": "\x01\x02\x1b"}, "q"),
        ({"q": "\u200b\u200d"}, "q"),
        ({"q": "a\0b"}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"q": '"' * 10_000}, "q"),
        ({"q": "x", "limit": "0"}, "limit"),
        ({"q": "x", "limit": "51"}, "limit"),
        ({"q": "x", "limit": "1.0"}, "limit"),
        ({"q": "x", "cursor": "1"}, "cursor"),
        ({"q": "x", "cursor": "-99999999999999999-1"}, "cursor"),
        ({"q": "x", "cursor": "1-1' OR 1=1"}, "cursor"),
    ],
)
async def test_bad_input(server: RunningServer, params: dict[str, str], field: str) -> None:
    ada = await server.register()
    answer = await ada.get("/search", params=params)
    assert_refused(answer, 422, "invalid_input")
    assert field in answer.json()["detail"]


@pytest.mark.parametrize("q", ["%", "_", "\\", "%_\\", "'; DROP TABLE message; --", '"' * 200])
async def test_what_means_something_elsewhere(
    server: RunningServer, upstream: ScriptedUpstream, q: str
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    await said(ada, conversation, "plain")
    assert await ids(ada, q) == []
    question, reply = await said(ada, conversation, f"it is {q} here")
    assert await ids(ada, q) == [reply, question]


async def test_a_budget_of_its_own(start_server: Any, upstream: ScriptedUpstream) -> None:
    server = await start_server(search_rate_limit_per_minute=2, rate_limit_per_minute=10)
    ada = await server.register()
    answers: list[httpx2.Response] = [await ada.get("/search", params={"q": "a"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert (await ada.get("/conversations")).status_code == 200
