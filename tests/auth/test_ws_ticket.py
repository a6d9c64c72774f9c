"""A ticket opens one socket, once, soon, and for no longer than the login behind it."""

import asyncio
from contextlib import suppress
from typing import Any

import jwt
import pytest
from websockets.exceptions import ConnectionClosed

from app.utils.tokens import Claims, create_ticket
from tests.support.refusals import assert_refused, last_words
from tests.support.server import SECRET_KEY, Person, RunningServer
from tests.support.server_process import server_process

pytestmark = pytest.mark.anyio


async def ticket_of(person: Person) -> str:
    answer = await person.post("/auth/ws-ticket")
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert made.keys() == {"ticket", "expires_in"} and made["expires_in"] == 30
    return str(made["ticket"])


async def opens(person: Person, conversation: int, ticket: str) -> bool:
    """Whether the ticket opens a socket; if not, it is refused like a bad token."""
    async with person.socket(conversation, token=ticket) as socket:
        with suppress(ConnectionClosed):  # refused before it could ask
            await socket.send(type="ping")
        event = await socket.receive()
        if event["type"] == "pong":
            return True
        assert event["code"] == "invalid_token"
        assert await last_words(socket.connection) == ([], 4401)
        return False


def claims_of(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


async def test_a_ticket_opens_one_socket(server: RunningServer) -> None:
    ada = await server.register()
    conversation = await ada.conversation()
    ticket = await ticket_of(ada)
    assert await opens(ada, conversation, ticket)
    assert not await opens(ada, conversation, ticket)
    assert await opens(ada, conversation, await ticket_of(ada))


async def test_of_many_at_once_one_opens(server: RunningServer) -> None:
    ada = await server.register()
    conversation = await ada.conversation()
    ticket = await ticket_of(ada)
    opened = await asyncio.gather(*(opens(ada, conversation, ticket) for _ in range(8)))
    assert sorted(opened) == [False] * 7 + [True]


async def test_a_ticket_used_elsewhere_is_used(server: RunningServer, database_url: str) -> None:
    ada = await server.register()
    conversation = await ada.conversation()
    ticket = await ticket_of(ada)
    async with server_process(database_url) as process:
        assert await opens(process.seen_by(ada), conversation, ticket)
        assert not await opens(ada, conversation, ticket)


async def test_a_ticket_belongs_to_its_user_and_session(server: RunningServer) -> None:
    ada, bob = await server.register(), await server.register()
    theirs = await bob.conversation()
    async with ada.socket(theirs, token=await ticket_of(ada)) as socket:
        assert (await last_words(socket.connection))[1] == 4404
    ticket = await ticket_of(ada)
    conversation = await ada.conversation()
    assert (await ada.post("/auth/logout")).status_code == 204
    assert not await opens(ada, conversation, ticket)
    assert_refused(await ada.post("/auth/ws-ticket"), 401, "invalid_token")


async def test_a_ticket_is_for_sockets_only_and_soon_over(server: RunningServer) -> None:
    ada = await server.register()
    conversation = await ada.conversation()
    ticket = await ticket_of(ada)
    headers = {"Authorization": f"Bearer {ticket}"}
    assert_refused(await ada.get("/auth/me", headers=headers), 401, "invalid_token")
    answer = await ada.post("/auth/ws-ticket", headers=headers)
    assert_refused(answer, 401, "invalid_token")
    own, behind = claims_of(ticket), claims_of(ada.token)
    assert own["exp"] - own["iat"] == 30
    assert (own["until"], own["sid"], own["sub"]) == (behind["exp"], behind["sid"], behind["sub"])
    late = create_ticket(SECRET_KEY, Claims(ada.id, ada.session_id, behind["exp"]), -1)
    assert not await opens(ada, conversation, late)


async def test_a_socket_by_ticket_ends_with_the_login_behind_it(server: RunningServer) -> None:
    ada = await server.register()
    conversation = await ada.conversation()
    over = Claims(ada.id, ada.session_id, claims_of(ada.token)["iat"] + 1)
    async with ada.socket(conversation, token=create_ticket(SECRET_KEY, over, 30)) as socket:
        events, code = await last_words(socket.connection)
        assert ([event["code"] for event in events], code) == (["invalid_token"], 4401)
    async with ada.socket(conversation, token=await ticket_of(ada)) as socket:
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}
        assert (await ada.post("/auth/logout")).status_code == 204
        assert (await last_words(socket.connection))[1] == 4401
