"""Open requests are bounded, and end with their login within seconds; the reply never does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import orjson
import pytest

from tests.conftest import StartServer
from tests.support.patience import promised
from tests.support.refusals import CLOSE_SECONDS, assert_refused
from tests.support.server import PASSWORD, Person, RunningServer
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

Events = AsyncIterator[dict[str, Any]]
AS_EVENTS = {"Accept": "text/event-stream"}
GOING_ON = {"chunk", "title"}


@asynccontextmanager
async def stream(person: Person, method: str, path: str, **body: Any) -> AsyncIterator[Events]:
    """The events of a stream whose reply has begun to speak."""
    headers = person.headers | AS_EVENTS
    http = person.server.http
    async with http.stream(method, path, headers=headers, json=body or None) as answer:
        events = frames(answer)
        while (await anext(events))["type"] != "chunk":
            pass
        yield events


async def frames(answer: httpx2.Response) -> Events:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield orjson.loads(line.removeprefix("data: "))


async def assert_ended(events: Events) -> None:
    """The stream says that the login is over, and ends, within the promised time."""
    async with promised(CLOSE_SECONDS):
        left = [event async for event in events if event["type"] not in GOING_ON]
    assert [(event["type"], event.get("code")) for event in left] == [("error", "invalid_token")]
    assert set(left[0]) == {"type", "message", "code"}


async def assert_ended_or_stopped(events: Events) -> None:
    """The same, unless the reply was stopped first: that ends its streams, too."""
    async with promised(CLOSE_SECONDS):
        (last,) = [event async for event in events if event["type"] not in GOING_ON]
    assert (last["type"], last.get("code") or last.get("finish_reason")) in [
        ("error", "invalid_token"),
        ("done", "stopped"),
    ]


@pytest.mark.databases("sqlite")
async def test_a_logout_ends_streams_and_the_reply_goes_on(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    other = await server.log_in(ada.name, PASSWORD)
    path = f"/conversations/{await ada.conversation()}"
    async with (
        stream(ada, "POST", f"{path}/messages", content="hello there") as asked,
        stream(ada, "GET", f"{path}/stream") as followed,
        stream(other, "GET", f"{path}/stream") as bystander,
    ):
        assert (await ada.post("/auth/logout")).status_code == 204
        await assert_ended(asked)
        await assert_ended(followed)
        upstream.release()
        assert [event async for event in bystander][-1]["type"] == "done"
    answer = await other.get(f"{path}/messages")
    assert answer.json()["messages"][-1]["content"] == "You said: hello there"
    assert upstream.closed_early == 0


@pytest.mark.databases("sqlite")
async def test_a_request_that_waits_for_its_reply_is_refused(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    waiting = asyncio.create_task(ada.say(conversation, "hello"))
    await upstream.received()
    assert (await ada.post("/auth/logout-all")).status_code == 204
    async with promised(CLOSE_SECONDS):
        assert_refused(await waiting, 401, "invalid_token")
    again = await server.log_in(ada.name, PASSWORD)
    upstream.release()
    async with again.socket(conversation) as socket:
        await socket.send(type="ping")
        await socket.receive()
    assert upstream.closed_early == 0


@pytest.mark.databases("sqlite")
async def test_a_new_password_ends_the_streams_of_the_other_logins(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    thief = await server.log_in(ada.name, PASSWORD)
    path = f"/conversations/{await ada.conversation()}"
    async with (
        stream(ada, "POST", f"{path}/messages", content="hello") as mine,
        stream(thief, "GET", f"{path}/stream") as stolen,
    ):
        body = {"old_password": PASSWORD, "new_password": "another long passphrase"}
        assert (await ada.request("PUT", "/auth/password", json=body)).status_code == 204
        await assert_ended(stolen)
        upstream.release()
        assert [event async for event in mine][-1]["type"] == "done"


async def test_a_disabled_account_loses_its_streams_in_every_process(
    server: RunningServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    path = f"/conversations/{await ada.conversation()}"
    async with server_process(database_url) as process:
        elsewhere = process.seen_by(ada)
        async with (
            stream(ada, "POST", f"{path}/messages", content="hello") as here,
            stream(elsewhere, "GET", f"{path}/stream") as there,
        ):
            await server.app.state.services.accounts.set_enabled(ada.name, False)
            await assert_ended_or_stopped(here)
            await assert_ended_or_stopped(there)


@pytest.mark.databases("sqlite")
async def test_a_login_too_many_ends_the_longest_unused(start_server: StartServer) -> None:
    server = await start_server(max_sessions_per_user=3)
    first = await server.register()
    second = await server.log_in(first.name, PASSWORD)
    third = await server.log_in(first.name, PASSWORD)
    first = await first.refresh()
    fourth = await server.log_in(first.name, PASSWORD)
    assert_refused(await second.get("/auth/me"), 401, "invalid_token")
    answer = await fourth.get("/auth/sessions")
    expected = [fourth.session_id, first.session_id, third.session_id]
    assert [session["id"] for session in answer.json()["sessions"]] == expected
    logins = (server.log_in(first.name, PASSWORD) for _ in range(6))
    newest = await asyncio.gather(*logins)
    answer = await newest[-1].get("/auth/sessions")
    found = newest[-1] if answer.status_code == 200 else await server.log_in(first.name, PASSWORD)
    assert len((await found.get("/auth/sessions")).json()["sessions"]) == 3


@pytest.mark.databases("sqlite")
async def test_a_user_has_so_many_streams_open(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(max_sockets_per_user=2)
    ada = await server.person_with_model(upstream.url, "hold")
    path = f"/conversations/{await ada.conversation()}"
    async with stream(ada, "POST", f"{path}/messages", content="hello") as first:
        async with stream(ada, "GET", f"{path}/stream"):
            refused = await ada.get(f"{path}/stream")
            assert_refused(refused, 429, "too_many_sockets")
            conversation = await ada.conversation()
            refused = await ada.say(conversation, "hello", Accept="text/event-stream")
            assert_refused(refused, 429, "too_many_sockets")
            assert await ada.messages(conversation) == []
        upstream.release()
        assert [event async for event in first][-1]["type"] == "done"
    assert (await ada.get(f"{path}/stream")).status_code == 204


@pytest.mark.databases("sqlite")
async def test_streams_asked_for_at_once_are_counted_each(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(max_sockets_per_user=3)
    ada = await server.person_with_model(upstream.url, "hold")
    path = f"/conversations/{await ada.conversation()}"
    asked = asyncio.create_task(ada.post(f"{path}/messages", json={"content": "hello"}))
    await upstream.received()
    decided = asyncio.Queue[int]()

    async def follow() -> None:
        stream = server.http.stream("GET", f"{path}/stream", headers=ada.headers)
        async with stream as answer:
            decided.put_nowait(answer.status_code)
            await answer.aread()

    async with asyncio.TaskGroup() as readers:
        for _ in range(40):
            readers.create_task(follow())
        statuses = [await decided.get() for _ in range(40)]
        assert sorted(statuses) == [200] * 3 + [429] * 37
        upstream.release()
    assert (await asked).status_code == 200
    assert (await ada.get(f"{path}/stream")).status_code == 204  # all places are free again
