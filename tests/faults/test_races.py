"""Things that happen at the same moment inside one process, or between two."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from app.services.chat.actions import Continue, Send
from app.services.container import Services
from app.services.generation.lease import ProcessLease
from app.services.generation.reaper import LOOKS_PER_LEASE, Reaper
from app.services.generation.running_reply import RunningReply
from tests.conftest import StartServer
from tests.faults.begun import begun, request_of
from tests.faults.locking import locked, row_locked
from tests.faults.scale import on
from tests.faults.watching import REPLY, eventually
from tests.support.patience import PATIENCE_SECONDS
from tests.support.refusals import assert_refused
from tests.support.server import ChatSocket, Person, RunningServer, text_of
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


def services_of(server: RunningServer) -> Services:
    services: Services = server.app.state.services
    return services


async def _running(person: Person, conversation: int) -> RunningReply:
    """The reply that the person's server is writing into the conversation."""
    supervisor = services_of(person.server).supervisor

    async def begun() -> bool:
        return supervisor.find(conversation) is not None

    await eventually(begun)
    running = supervisor.find(conversation)
    assert running is not None
    return running


@pytest.mark.databases("sqlite", "mysql")
async def test_a_sender_that_leaves_at_any_moment_is_answered_or_forgotten(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server()
    ada = await server.person_with_model(upstream.url)
    services = services_of(server)
    for steps in range(0, 24, 4):
        conversation = await ada.conversation()
        with services.channels.use(conversation) as channel:
            work = services.chat.begin(ada.id, channel, Send("hello"), None)
            sending = asyncio.create_task(work)
            for _ in range(steps):
                await asyncio.sleep(0)
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending

        async def is_usable(conversation: int = conversation) -> bool:
            return (await ada.say(conversation, "and now?")).status_code == 200

        async def is_over(conversation: int = conversation) -> bool:
            return {m["status"] for m in await ada.messages(conversation)} == {"complete"}

        await eventually(is_usable)
        await eventually(is_over)


@pytest.mark.databases("sqlite")
async def test_a_reply_stopped_before_its_first_step_ends(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server()
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    services = services_of(server)
    with services.channels.use(conversation) as channel:
        reply = await services.chat.begin(ada.id, channel, Send("hello"), None)
        running = services.supervisor.find(conversation)
        assert running is not None
        running.cancel("stopped")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while reply.ending is None:
                await channel.changed()
    assert reply.ending.status == "stopped"
    assert (await ada.messages(conversation))[1]["status"] == "stopped"


@pytest.mark.databases(*on("sqlite", soak="sqlite mysql"))
async def test_a_text_that_the_database_refuses_harms_no_other_reply(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(reap_after_seconds=1)
    ada = await server.person_with_model(upstream.url, "hold")
    bad, good = await ada.conversation(), await ada.conversation()
    async with ada.socket(good) as viewer:
        async with ada.socket(bad) as socket:
            for each in (viewer, socket):
                await each.send(type="message", content="hello")
                await each.until("chunk")
        # No text with half a surrogate pair comes from the decoder; no database takes one.
        running = await _running(ada, bad)
        running.live.push("content", "\ud83d")

        async def ended() -> bool:
            return running.live.ending is not None

        await eventually(ended)
        upstream.release()
        assert (await viewer.until("done", "error"))[-1]["type"] == "done"
    assert (await ada.messages(good))[1]["content"] == REPLY.format("hello")

    async def is_usable() -> bool:
        return (await ada.say(bad, "and now?")).status_code == 200

    await eventually(is_usable)


@pytest.mark.databases("sqlite", "mysql")
async def test_a_commit_without_an_answer_leaves_no_gap_elsewhere(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    here, there = (
        await start_server(checkpoint_seconds=0.05),
        await start_server(follow_seconds=0.02),
    )
    ada = await here.person_with_model(upstream.url, "slow")
    elsewhere = replace(ada, server=there)
    conversation = await ada.conversation()
    words = " ".join(f"词{number}" for number in range(60))
    async with ada.socket(conversation) as sender, elsewhere.socket(conversation) as reader:
        await sender.send(type="message", content=words)
        running = await _running(ada, conversation)
        while running.live.ending is None:
            before = running.saved_content
            await asyncio.sleep(0.08)
            running.saved_content = before  # as where a COMMIT went through and nobody heard of it
        await sender.until("done")
        assert text_of(await reader.until("done")) == REPLY.format(words)


@pytest.mark.databases(*on("sqlite", soak="sqlite mysql"))
async def test_reaping_and_finishing_at_once_has_one_winner(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(max_replies_per_user=100)
    services = services_of(server)
    ada = await server.person_with_model(upstream.url, "slow")
    for number in range(10):
        conversation = await ada.conversation()
        async with ada.socket(conversation) as viewer:
            await viewer.send(type="message", content="a b c")
            await viewer.until("chunk")
            await asyncio.sleep(number * 0.015)
            lease = ProcessLease(services.database, f"hasty-{number}", 0.001)
            hasty = Reaper(services.database, lease, 0.001, 60)
            for _ in range(LOOKS_PER_LEASE + 2):
                await hasty.look()
            ending = (await viewer.until("done", "error"))[-1]
        status = (await ada.messages(conversation))[1]["status"]
        was_reaped = ending["type"] == "error"
        assert status in (("interrupted", "failed") if was_reaped else ("complete",)), ending
        assert ending.get("code", "interrupted") == "interrupted"


@pytest.mark.databases(*on("sqlite", soak="sqlite mysql"))
async def test_nothing_is_left_of_readers_who_came_and_went(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    here, there = await start_server(), await start_server()
    ada = await here.person_with_model(upstream.url, "hold")
    elsewhere = replace(ada, server=there)
    conversation = await ada.conversation()
    async with ada.socket(conversation) as sender:
        await sender.send(type="message", content="hello")
        await sender.until("chunk")
        await asyncio.gather(*(_glance(elsewhere, conversation, n) for n in range(20)))
        async with elsewhere.socket(conversation) as again:
            assert (await again.receive())["type"] == "start"
        upstream.release()
        await sender.until("done")
    for server in (here, there):
        services = services_of(server)

        async def nobody_left(services: Services = services) -> bool:
            return not list(services.channels)

        await eventually(nobody_left)
        await services.follower.look([])
        assert not services.follower._copies


async def _stopped(viewer: ChatSocket) -> int:
    """The id of a reply that was stopped after its first word, of a model that holds."""
    await viewer.send(type="message", content="one two")
    await viewer.until("chunk")
    await viewer.send(type="stop")
    return int((await viewer.until("done"))[-1]["message_id"])


async def test_a_beginning_without_an_answer_is_shown_once_it_has_ended(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    """Its COMMIT went through, and nobody heard of it: a row that nobody writes."""
    server = await start_server(reap_after_seconds=1, follow_seconds=0.05)
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation("named")
    async with ada.socket(conversation) as socket:
        await socket.say("well so far")
        request = request_of(ada, conversation, Send("lost"), "mine")
        await begun(server, request)
        await socket.send(type="message", content="lost", client_id="mine")
        refusal = (await socket.until("error"))[-1]
        assert (refusal["code"], refusal["client_id"]) == ("reply_in_progress", "mine")
        assert refusal["retry_after"] > 0
        events = await socket.until("error")
        assert events[0]["type"] == "start" and events[0]["client_id"] == "mine"
        assert events[-1]["code"] == "interrupted"
        await socket.send(type="message", content="lost", client_id="mine")
        assert (await socket.until("error"))[-1]["code"] == "interrupted"
    assert [message["content"] for message in await ada.messages(conversation)][2:] == ["lost", ""]


async def test_a_continuing_without_an_answer_is_no_ended_reply(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(reap_after_seconds=1)
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as viewer:
        stopped = await _stopped(viewer)
        request = request_of(ada, conversation, Continue(stopped), "mine")
        await begun(server, request)
        headers = ada.headers | {"Idempotency-Key": "mine"}
        answer = await ada.post(f"/messages/{stopped}/continue", headers=headers)
        assert_refused(answer, 409, "reply_in_progress")
        assert int(answer.headers["Retry-After"]) > 0

        async def is_ended() -> bool:
            answer = await ada.post(f"/messages/{stopped}/continue", headers=headers)
            return answer.status_code == 200 and answer.json()["reply"]["status"] == "interrupted"

        await eventually(is_ended)


async def test_a_continued_reply_asked_for_twice_is_its_newest_writing(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    """The process asked second has shown the first writing, and not yet heard of the other."""
    here = await start_server(follow_seconds=1.5)
    there = await start_server()
    ada = await here.person_with_model(upstream.url, "hold")
    elsewhere = replace(ada, server=there)
    conversation = await ada.conversation()
    async with ada.socket(conversation) as viewer:
        stopped = await _stopped(viewer)
        path = f"/messages/{stopped}/continue"
        headers = {"Idempotency-Key": "again"}
        first = asyncio.create_task(elsewhere.post(path, headers=elsewhere.headers | headers))
        running = await _running(elsewhere, conversation)
        second = asyncio.create_task(ada.post(path, headers=ada.headers | headers))
        await asyncio.sleep(0.2)
        upstream.release()
        replies = [(await each).json()["reply"] for each in (first, second)]
    assert running.live.run == 2
    assert [reply["status"] for reply in replies] == ["complete"] * 2
    assert replies[0]["content"] == replies[1]["content"]


@pytest.mark.databases("mysql", "mariadb")
async def test_ended_replies_that_cannot_be_cleared_away_keep_nobody_from_being_ended(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    server = await start_server(finished_reply_seconds=3600, reap_after_seconds=3600)
    ada = await server.person_with_model(upstream.url)
    old, lost = await ada.conversation(), await ada.conversation()
    await ada.say(old, "ended")
    database = services_of(server).database
    await begun(server, request_of(ada, lost, Send("lost"), "mine"))
    lease = ProcessLease(database, "another", 0.001)
    reaper = Reaper(database, lease, 0.001, keep_seconds=0)
    async with row_locked(database_url, f"SELECT id FROM generation WHERE conversation_id = {old}"):
        async with asyncio.timeout(4):  # MySQL would wait for the row for longer
            for _ in range(LOOKS_PER_LEASE + 2):
                await reaper.look()
    assert (await ada.messages(lost))[1]["status"] == "failed"


async def _glance(person: Person, conversation: int, number: int) -> None:
    """Come and leave after a moment, in the middle of whatever the server does then."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        if number % 2:
            async with person.socket(conversation):
                await asyncio.sleep(number * 0.005)
            return
        asking = asyncio.create_task(person.get(f"/conversations/{conversation}/stream"))
        await asyncio.sleep(number * 0.005)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking


@pytest.mark.databases("sqlite")
async def test_a_message_on_its_way_into_the_database_when_the_drain_begins(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    server = await start_server()
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with locked(database_url):
        sending = asyncio.create_task(ada.say(conversation, "just in time"))
        await asyncio.sleep(0.3)
        await services_of(server).supervisor.drain(0)
    async with asyncio.timeout(PATIENCE_SECONDS):
        answer = await sending
    assert answer.json()["reply"]["error"]["code"] == "interrupted"
    assert [m["content"] for m in await ada.messages(conversation)] == ["just in time", ""]


@pytest.mark.databases("sqlite")
async def test_such_a_message_has_the_time_that_running_replies_have(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    server = await start_server()
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation("named")
    supervisor = services_of(server).supervisor
    async with locked(database_url):
        sending = asyncio.create_task(ada.say(conversation, "just in time"))

        async def is_on_its_way() -> bool:
            return bool(supervisor._beginning)

        await eventually(is_on_its_way)
        draining = asyncio.create_task(supervisor.drain(PATIENCE_SECONDS))
        await asyncio.sleep(0)
        assert supervisor.draining
    assert (await sending).json()["reply"]["status"] == "complete"
    await draining
