"""A history may be as long, and have as many versions, as one likes: what is done at its end is as
quick as in a short one, and what is shown is always one whole path."""

import random
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from sqlalchemy import Connection, func, insert, select, update

from app.database import table_of
from app.models import Conversation, Message, utc_now
from tests.support.reads import counted
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

LONG = 20_000
DEEP = 1_700
VERSIONS = 3_000
MORE = 5
TRIES = 4
READ = 1
"""The run that the search has read: or it would read all of these texts meanwhile."""

_message = table_of(Message)
_conversation = table_of(Conversation)


def lengthen(
    connection: Connection, conversation_id: int, count: int, content: str = "as before"
) -> list[int]:
    """Put messages below the last one shown; their ids."""
    last = connection.execute(
        select(func.max(_message.c.id)).where(_message.c.conversation_id == conversation_id)
    ).scalar_one()
    ids = list(range(last + 1, last + 1 + count))
    rows = [
        {
            "id": id,
            "conversation_id": conversation_id,
            "sender": "ai" if number % 2 else "user",
            "content": content,
            "timestamp": utc_now(),
            "parent_id": id - 1,
            "search_state": READ,
        }
        for number, id in enumerate(ids)
    ]
    connection.execute(insert(_message), rows)
    connection.execute(
        update(_conversation)
        .where(_conversation.c.id == conversation_id)
        .values(message_count=_conversation.c.message_count + count)
    )
    return ids


async def lengthened(server: RunningServer, conversation: int, count: int) -> list[int]:
    database = server.app.state.services.database
    ids: list[int] = await database.write(lengthen, conversation, count)
    return ids


async def shown(person: Person, conversation: int) -> list[int]:
    """The ids of the whole history; its messages follow each other, and are counted."""
    messages: list[dict[str, int]] = []
    more, page = True, ""
    while more:
        answer = await person.get(f"/conversations/{conversation}/messages?limit=200{page}")
        body = answer.json()
        messages[:0] = body["messages"]
        more, page = body["has_more"], f"&before_id={messages[0]['id']}"
    assert messages[0]["parent_id"] is None
    for before, after in pairwise(messages):
        assert after["parent_id"] == before["id"]
    items = (await person.get("/conversations")).json()["conversations"]
    counts = [item["message_count"] for item in items if item["id"] == conversation]
    assert counts == [len(messages)]
    return [message["id"] for message in messages]


async def fewest_rows(database_url: str, work: Callable[[], Awaitable[object]]) -> int:
    """How much is read for some work, where nobody else reads anything at the same time."""
    rows = []
    for _ in range(TRIES):
        async with counted(database_url) as read:
            await work()
        rows.append(read.rows)
    return min(rows)


async def test_a_page_of_long_messages_is_short(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    await ada.say(conversation, "hello")
    ids = [message["id"] for message in await ada.messages(conversation)]
    database = server.app.state.services.database
    for length in (900_000, 3_000_000):
        ids += await database.write(lengthen, conversation, 4, "长" * length)
    answer = await ada.get(f"/conversations/{conversation}/messages?limit=200")
    assert [message["id"] for message in answer.json()["messages"]] == ids[-1:]
    assert answer.json()["has_more"]
    before = f"before_id={ids[-4]}"
    answer = await ada.get(f"/conversations/{conversation}/messages?limit=200&{before}")
    assert [message["id"] for message in answer.json()["messages"]] == ids[-6:-4]
    assert await shown(ada, conversation) == ids


async def test_another_version_of_the_last_reply_is_shown_at_once(
    server: RunningServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    ada = await server.person_with_model(upstream.url)
    rows: list[int] = []
    for count in (2, LONG):
        conversation = await ada.conversation()
        await ada.say(conversation, "hello")
        last = (await lengthened(server, conversation, count))[-1]
        again = await ada.post(f"/messages/{last}/regenerate")
        leaves = last, again.json()["reply"]["id"]

        async def switch(leaves: tuple[int, int] = leaves) -> None:
            for leaf in leaves:
                page = (await ada.post(f"/messages/{leaf}/activate")).json()
                assert page["messages"][-1]["id"] == leaf

        rows.append(await fewest_rows(database_url, switch))
    assert rows[1] < rows[0] + LONG / 5, rows


async def test_a_long_branch_is_hidden_and_shown_as_a_whole(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    first = (await ada.say(conversation, "hello")).json()
    await lengthened(server, conversation, DEEP)
    whole = await shown(ada, conversation)
    assert len(whole) == DEEP + 2
    again = (await ada.post(f"/messages/{first['reply']['id']}/regenerate")).json()["reply"]["id"]
    assert await shown(ada, conversation) == [first["message"]["id"], again]
    await ada.post(f"/messages/{first['reply']['id']}/activate")
    assert await shown(ada, conversation) == whole
    await ada.post(f"/messages/{again}/activate")
    # Whoever edits a message that is not shown sees what came before it.
    edited = (await ada.post(f"/messages/{whole[-2]}/edit", json={"content": "new"})).json()
    now = [edited["message"]["id"], edited["reply"]["id"]]
    assert await shown(ada, conversation) == whole[:-2] + now


async def test_whatever_is_switched_the_newest_messages_under_it_are_shown(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    chance = random.Random(7)
    parents: dict[int, int | None] = {}

    def path(id: int | None) -> list[int]:
        return [] if id is None else [*path(parents[id]), id]

    def senders(length: int) -> list[int]:
        return [id for id in parents if len(path(id)) % 2 == length]

    expected: list[int] = []
    for number in range(60):
        act = chance.choice(["say", "edit", "regenerate", "activate"]) if parents else "say"
        if act == "activate":
            chosen = chance.choice(list(parents))
            await ada.post(f"/messages/{chosen}/activate")
            expected = path(max(id for id in parents if chosen in path(id)))
        else:
            if act == "say":
                answer = await ada.say(conversation, f"message {number}")
            elif act == "edit":
                target = chance.choice(senders(1))
                body = {"content": f"message {number}"}
                answer = await ada.post(f"/messages/{target}/edit", json=body)
            else:
                answer = await ada.post(f"/messages/{chance.choice(senders(0))}/regenerate")
            for message in answer.json().values():
                parents[message["id"]] = message["parent_id"]
            expected = path(answer.json()["reply"]["id"])
        assert await shown(ada, conversation) == expected, act


def multiply(connection: Connection, message_id: int, count: int) -> None:
    """Put versions beside a message that are not shown."""
    like = connection.execute(select(_message).where(_message.c.id == message_id)).one()
    row = dict(like._mapping) | {"active": 0, "client_id": None, "search_state": READ}
    del row["id"]
    connection.execute(insert(_message), [row] * count)


async def test_many_versions_come_in_pages(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    exchange = (await ada.say(conversation, "hello")).json()
    for message in exchange.values():  # the first has no parent
        await server.app.state.services.database.write(multiply, message["id"], 119)
        path = f"/messages/{message['id']}/versions"
        newest = (await ada.get(path)).json()
        assert [each["version"] for each in newest["versions"]] == [*range(71, 121)]
        pages: list[dict[str, int]] = []
        more, before = True, ""
        while more:
            page = (await ada.get(f"{path}?limit=50{before}")).json()
            pages[:0], more = page["versions"], page["has_more"]
            before = f"&before_id={page['versions'][0]['id']}"
        assert [each["version"] for each in pages] == [*range(1, 121)]
        assert {each["versions"] for each in pages} == {120}
        assert pages[0]["id"] == message["id"] and pages[70:] == newest["versions"]
        nothing = (await ada.get(f"{path}?before_id={message['id']}")).json()
        assert nothing == {"versions": [], "has_more": False}
        assert_refused(await ada.get(f"{path}?limit=201"), 422, "invalid_input")


async def test_thousands_of_versions_are_counted_quickly(
    server: RunningServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    for number in range(5):
        message = (await ada.say(conversation, f"message {number}")).json()["message"]
        await server.app.state.services.database.write(multiply, message["id"], VERSIONS)

    async def read() -> None:
        assert len(await ada.messages(conversation)) == 10
        assert (await ada.get(f"/messages/{message['id']}/versions")).status_code == 200

    # Each of them a few times, and not for each of the others.
    assert await fewest_rows(database_url, read) < MORE * 5 * VERSIONS


async def test_a_question_after_very_long_messages_holds_nobody_up(
    server: RunningServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    await ada.say(conversation, "hello")
    database = server.app.state.services.database
    await database.write(lengthen, conversation, 40, "长" * 200_000)
    async with counted(database_url) as read:
        await ada.say(conversation, "short?")
    assert read.size < 200_000
    assert upstream.replies[-1].body["messages"] == [{"role": "user", "content": "short?"}]
    reply = (await ada.messages(conversation))[-1]
    assert reply["content"] == "You said: short?"


@pytest.mark.databases("sqlite")
async def test_the_newest_question_is_asked_however_long_what_follows_it_is(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "cut")
    conversation = await ada.conversation()
    reply = (await ada.say(conversation, "a question")).json()["reply"]
    long = "word " * 40_000
    await server.app.state.services.database.write(rewrite, reply["id"], long)
    await ada.post(f"/messages/{reply['id']}/continue")
    asked = upstream.replies[-1].body["messages"]
    assert [each["content"] for each in asked[:2]] == ["a question", long]


def rewrite(connection: Connection, message_id: int, content: str) -> None:
    connection.execute(update(_message).where(_message.c.id == message_id).values(content=content))
