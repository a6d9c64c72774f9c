"""A text that is too long for the database's packets costs its own reply, and no other."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.chat.actions import Send
from app.services.chat.begin import SendRequest, begin
from app.services.generation import checkpoint
from app.services.generation.checkpoint import Piece
from app.services.generation.lease import ProcessLease
from app.services.generation.reaper import Reaper
from app.services.usage.daily import ReplyLimits
from tests.conftest import StartServer
from tests.faults import scenarios
from tests.faults.database_server import DatabaseServer, available, database_server
from tests.faults.watching import REPLY, Shown, eventually, watch
from tests.support.migrated import migrated_database
from tests.support.server import Person
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

PACKET_BYTES = 128 * 1024
SETTINGS = {"database_patience_seconds": 1, "reap_after_seconds": 1}


@pytest.fixture(params=available(), ids=lambda programs: programs.name)
def private(request: pytest.FixtureRequest) -> Iterator[DatabaseServer]:
    with database_server(request.param) as server:
        server.execute(f"SET GLOBAL max_allowed_packet = {PACKET_BYTES}")
        yield server


@pytest.fixture
def database_url(private: DatabaseServer, tmp_path: Path) -> Iterator[str]:
    with migrated_database(private.url, tmp_path) as url:
        yield url


async def test_a_text_too_long_for_the_database_harms_no_other_reply(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(**SETTINGS)
    ada = await server.person_with_model(upstream.url, "slow")
    eve = await server.person_with_model(upstream.url, "ream")
    shown = Shown(await ada.conversation(), "词🍣 " * 100)
    reader = asyncio.create_task(watch(ada, shown))
    conversation = await eve.conversation()
    reply = (await eve.say(conversation, "a lot, please")).json()["reply"]
    assert reply["error"]["code"] in ("database_unavailable", "interrupted")
    await reader
    assert shown.text == REPLY.format(shown.content)
    kept = (await ada.messages(shown.conversation))[1]
    assert (kept["status"], kept["content"]) == ("complete", shown.text)
    await eve.set_model(upstream.url, "echo")

    async def is_usable() -> bool:
        return (await eve.say(conversation, "less")).status_code == 200

    await eventually(is_usable)


@pytest.mark.parametrize(
    "private", [each for each in available() if each.name == "mysql"], indirect=True, ids=str
)
async def test_a_database_that_only_reads_for_a_while_costs_no_text(
    private: DatabaseServer, start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    """As after a failover: then it is not the text that cannot be written."""
    server = await start_server(reap_after_seconds=3600)
    services = server.app.state.services
    database, holding = services.database, services.reservations.holding()
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    limits = ReplyLimits(5, 0, 8_000)
    begun = await database.write(begin, lost(ada, conversation), limits, holding)
    piece = [Piece(begun.generation_id, "content", 0, "x" * 1_000)]
    ours = [begun.generation_id]
    await database.write(checkpoint.save, "lost", ours, piece, [])
    await asyncio.to_thread(private.execute, "SET GLOBAL super_read_only = ON")
    lease = ProcessLease(database, "another", 0.2)
    reaping = asyncio.create_task(Reaper(database, lease, 0.2, 60).run())
    await asyncio.sleep(3)
    await asyncio.to_thread(private.execute, "SET GLOBAL super_read_only = OFF")

    async def has_ended() -> bool:
        return bool((await ada.messages(conversation))[1]["status"] == "interrupted")

    await eventually(has_ended)
    reaping.cancel()
    assert (await ada.messages(conversation))[1]["content"] == "x" * 1_000


def lost(person: Person, conversation: int) -> SendRequest:
    """What a process asked for that then died."""
    return SendRequest(
        user_id=person.id,
        conversation_id=conversation,
        action=Send("hello"),
        client_id=None,
        owner="lost",
        default_endpoint=None,
    )


async def test_a_reply_that_grew_too_long_ends_with_what_fits(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    """Each piece of it could be saved, and all of them together cannot."""
    server = await start_server(**SETTINGS, checkpoint_seconds=0.05)
    eve = await server.person_with_model(upstream.url, "drizzle")
    conversation = await eve.conversation()
    reply = (await eve.say(conversation, "drop by drop")).json()["reply"]
    assert reply["error"]["code"] in ("database_unavailable", "interrupted")

    async def has_ended() -> bool:
        return bool((await eve.messages(conversation))[1]["status"] == "interrupted")

    await eventually(has_ended)
    kept = (await eve.messages(conversation))[1]["content"]
    assert scenarios.DRIZZLE // 8 < len(kept) < PACKET_BYTES
    await eve.set_model(upstream.url, "echo")
    assert (await eve.say(conversation, "go on")).status_code == 200
