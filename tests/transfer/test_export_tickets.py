"""A ticket for an export is good once, soon, for its owner, and for nothing else."""

import asyncio
from typing import Any

import jwt
import pytest

from app.utils.tokens import EXPORT, Claims, create_ticket
from tests.conftest import StartServer
from tests.support.refusals import assert_refused
from tests.support.server import SECRET_KEY, Person, RunningServer
from tests.support.server_process import server_process
from tests.transfer.exporting import fetched, opened, taken, ticket_path

pytestmark = pytest.mark.anyio


async def events_of(person: Person) -> list[tuple[str, str]]:
    """What the log of who did what tells of exports and tickets, the newest first."""
    events: list[dict[str, Any]] = (await person.get("/auth/audit")).json()["events"]
    told = ("data_exported", "ticket_reused")
    return [(each["action"], each["outcome"]) for each in events if each["action"] in told]


async def test_it_is_good_once(server: RunningServer) -> None:
    ada = await server.register()
    id = await ada.conversation("mine")
    path = await ticket_path(ada)
    answer = await fetched(ada, path)
    assert [line["id"] for line in opened(answer.content).lines] == [id]
    assert_refused(await fetched(ada, path), 401, "invalid_token")
    assert [line["id"] for line in (await taken(ada)).lines] == [id]


async def test_of_many_at_once_one_is_answered(server: RunningServer) -> None:
    ada = await server.register()
    path = await ticket_path(ada)
    answers = await asyncio.gather(*(fetched(ada, path) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + 7 * [401]


async def test_used_at_another_process_it_is_used(server: RunningServer, database_url: str) -> None:
    ada = await server.register()
    path = await ticket_path(ada)
    async with server_process(database_url) as process:
        assert (await fetched(process.seen_by(ada), path)).status_code == 200
        assert_refused(await fetched(ada, path), 401, "invalid_token")


async def test_the_log_tells_of_it(server: RunningServer) -> None:
    ada = await server.register()
    path = await ticket_path(ada)
    assert await events_of(ada) == []
    await fetched(ada, path)
    await fetched(ada, path)
    async with asyncio.timeout(20):
        while len(events := await events_of(ada)) < 2:
            pass
    assert sorted(events) == [("data_exported", "ok"), ("ticket_reused", "refused")]


@pytest.mark.databases("sqlite")
async def test_it_is_its_owners_and_ends_with_their_login(server: RunningServer) -> None:
    ada, eve = await server.register(), await server.register()
    id = await ada.conversation("private")
    path = await ticket_path(ada)
    # Whoever has the ticket is its owner: a login that comes along says nothing.
    answer = await eve.get(path)
    assert [line["id"] for line in opened(answer.content).lines] == [id]
    path = await ticket_path(ada)
    assert (await ada.post("/auth/logout")).status_code == 204
    assert_refused(await fetched(ada, path), 401, "invalid_token")
    assert_refused(await ada.post("/export/ticket"), 401, "invalid_token")


@pytest.mark.databases("sqlite")
async def test_it_is_for_an_export_only_and_soon_over(server: RunningServer) -> None:
    ada = await server.register()
    ticket = (await ticket_path(ada)).partition("ticket=")[2]
    told = jwt.decode(ticket, options={"verify_signature": False})
    assert told["exp"] - told["iat"] == 60
    headers = {"Authorization": f"Bearer {ticket}"}
    assert_refused(await ada.get("/auth/me", headers=headers), 401, "invalid_token")
    for_a_socket = (await ada.post("/auth/ws-ticket")).json()["ticket"]
    claims = Claims(ada.id, ada.session_id, told["until"])
    late = create_ticket(SECRET_KEY, claims, -1, EXPORT)
    forged = create_ticket("another secret key, as long as it has to be", claims, 60, EXPORT)
    for other in (for_a_socket, ada.token, late, forged, "nothing", ""):
        answer = await fetched(ada, f"/export?ticket={other}")
        assert_refused(answer, 401, "invalid_token")
    assert_refused(await fetched(ada, "/export"), 422, "invalid_input")
    async with ada.socket(await ada.conversation(), token=ticket) as socket:
        assert (await socket.receive())["code"] == "invalid_token"
    assert (await fetched(ada, f"/export?ticket={ticket}")).status_code == 200


@pytest.mark.databases("sqlite")
async def test_one_that_is_refused_is_not_used(start_server: StartServer) -> None:
    server = await start_server(max_sockets_per_user=1)
    ada = await server.register()
    path = await ticket_path(ada)
    with server.app.state.connections.streams.opened(ada.session_id, ada.id):
        assert_refused(await fetched(ada, path), 429, "too_many_sockets")
    assert (await fetched(ada, path)).status_code == 200
