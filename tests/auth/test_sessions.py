"""A login is a session: seen from everywhere, renewed without the password, ended for good."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, func, select, update

from app.database import table_of
from app.models import LoginSession, RefreshToken, utc_now
from app.utils.tokens import token_hash
from tests.support.refusals import assert_refused, last_words
from tests.support.server import PASSWORD, ChatSocket, Person, RunningServer
from tests.support.server_process import server_process

pytestmark = pytest.mark.anyio

_session = table_of(LoginSession)
_token = table_of(RefreshToken)


async def refreshed(person: Person) -> httpx2.Response:
    body = {"refresh_token": person.refresh_token}
    return await person.server.http.post("/auth/refresh", json=body)


async def sessions(person: Person) -> list[dict[str, Any]]:
    answer = await person.get("/auth/sessions")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["sessions"]
    return found


async def assert_lost(socket: ChatSocket) -> None:
    """The socket is told that the login is over and closed, within the promised time."""
    events, code = await last_words(socket.connection)
    assert ([event["code"] for event in events], code) == (["invalid_token"], 4401)


async def assert_works(socket: ChatSocket) -> None:
    await socket.send(type="ping")
    assert await socket.receive() == {"type": "pong"}


async def age_rotation(server: RunningServer, token: str) -> None:
    """Let the exchange of a refresh token lie a minute back."""

    def work(connection: Connection) -> None:
        row = _token.c.hash == token_hash(token)
        rotated_at = connection.execute(select(_token.c.rotated_at).where(row)).scalar_one()
        earlier = rotated_at - timedelta(minutes=1)
        connection.execute(update(_token).where(row).values(rotated_at=earlier))

    await server.app.state.services.database.write(work)


async def test_a_refresh_token_gives_new_tokens_of_the_same_shape(server: RunningServer) -> None:
    ada = await server.register()
    seen = {ada.refresh_token}
    for _ in range(3):
        answer = await refreshed(ada)
        assert answer.status_code == 200
        token = answer.json()
        assert (token["token_type"], token["expires_in"]) == ("bearer", 3600)
        assert token["refresh_expires_in"] == 30 * 24 * 3600
        after = replace(ada, token=token["access_token"], refresh_token=token["refresh_token"])
        assert after.session_id == ada.session_id
        assert (await after.get("/auth/me")).status_code == 200
        ada = after
        seen.add(ada.refresh_token)
    assert len(seen) == 4
    assert len(await sessions(ada)) == 1


async def test_only_hashes_of_refresh_tokens_are_kept(server: RunningServer) -> None:
    ada = await server.register()

    def rows(connection: Connection) -> list[bytes]:
        mine = select(_token.c.hash, _token.c.salt).where(_token.c.session_id == ada.session_id)
        return [bytes(value) for row in connection.execute(mine) for value in row]

    kept = await server.app.state.services.database.read(rows)
    assert len(kept) == 2 and token_hash(ada.refresh_token) in kept
    assert all(ada.refresh_token.encode() not in value for value in kept)


async def test_of_parallel_refreshes_all_get_the_same_successor(server: RunningServer) -> None:
    ada = await server.register()
    answers = await asyncio.gather(*(refreshed(ada) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    again = await ada.refresh()  # an answer that was lost is asked for again
    assert again.refresh_token == answers[0].json()["refresh_token"]
    assert (await refreshed(again)).status_code == 200

    def count(connection: Connection) -> Any:
        mine = _token.c.session_id == ada.session_id
        return connection.execute(select(func.count()).where(mine)).scalar()

    assert await server.app.state.services.database.read(count) == 3


async def test_an_older_token_ends_the_whole_session(server: RunningServer) -> None:
    thief = await server.register()
    owner = await (await thief.refresh()).refresh()
    other = await server.log_in(thief.name, PASSWORD)
    conversation = await owner.conversation()
    async with owner.socket(conversation) as socket, other.socket(conversation) as bystander:
        await assert_works(socket)
        assert_refused(await refreshed(thief), 401, "invalid_token")
        assert_refused(await refreshed(owner), 401, "invalid_token")
        assert_refused(await owner.get("/auth/me"), 401, "invalid_token")
        await assert_lost(socket)
        await assert_works(bystander)
    assert (await refreshed(other)).status_code == 200


async def test_a_rotated_token_is_good_for_some_seconds_only(server: RunningServer) -> None:
    ada = await server.register()
    after = await ada.refresh()
    assert (await refreshed(ada)).status_code == 200
    await age_rotation(server, ada.refresh_token)
    assert_refused(await refreshed(ada), 401, "invalid_token")
    assert_refused(await refreshed(after), 401, "invalid_token")


async def test_an_expired_refresh_token_is_refused(server: RunningServer) -> None:
    ada = await server.register()

    def expire(connection: Connection) -> None:
        row = _token.c.hash == token_hash(ada.refresh_token)
        expires_at = connection.execute(select(_token.c.expires_at).where(row)).scalar_one()
        earlier = expires_at - timedelta(days=31)
        connection.execute(update(_token).where(row).values(expires_at=earlier))

    await server.app.state.services.database.write(expire)
    assert_refused(await refreshed(ada), 401, "invalid_token")


async def test_what_is_no_refresh_token_is_refused(server: RunningServer) -> None:
    ada = await server.register()
    for wrong in (ada.token, ada.refresh_token + "x", "x", "%00", f"{ada.session_id}"):
        answer = await refreshed(replace(ada, refresh_token=wrong))
        if len(wrong) > 200:
            assert_refused(answer, 422, "invalid_input")
        else:
            assert_refused(answer, 401, "invalid_token")
    assert_refused(await server.http.post("/auth/refresh"), 401, "invalid_token")
    headers = {"Authorization": f"Bearer {ada.refresh_token}"}
    assert_refused(await ada.get("/auth/me", headers=headers), 401, "invalid_token")
    assert (await refreshed(ada)).status_code == 200


async def test_a_disabled_user_cannot_refresh(server: RunningServer) -> None:
    ada = await server.register()
    await server.app.state.services.accounts.set_enabled(ada.name, False)
    assert_refused(await refreshed(ada), 401, "invalid_token")


async def test_sessions_are_listed_with_where_they_are(server: RunningServer) -> None:
    ada, bob = await server.register(), await server.register()
    agent = "Firefox on a\tphone " + "x" * 300
    body = {"username_or_email": ada.name, "password": PASSWORD}
    answer = await server.http.post("/auth/login", json=body, headers={"User-Agent": agent})
    assert answer.status_code == 200
    phone, first = await sessions(ada)
    assert (phone["current"], first["current"]) == (False, True)
    assert (first["id"], first["address"]) == (ada.session_id, "127.0.0.1")
    assert phone["device"].startswith("Firefox on a") and len(phone["device"]) <= 200
    assert first["created_at"] == first["last_used_at"]
    later = await ada.refresh()
    used = (await sessions(later))[0]
    assert used["id"] == ada.session_id and used["last_used_at"] > used["created_at"]
    assert [session["id"] for session in await sessions(bob)] == [bob.session_id]


async def test_logging_out_ends_this_session_and_its_sockets(server: RunningServer) -> None:
    ada = await server.register()
    other = await server.log_in(ada.name, PASSWORD)
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket, other.socket(conversation) as bystander:
        await assert_works(socket)
        assert (await ada.post("/auth/logout")).status_code == 204
        for answer in (await ada.get("/auth/me"), await ada.post("/auth/logout")):
            assert_refused(answer, 401, "invalid_token")
        assert_refused(await refreshed(ada), 401, "invalid_token")
        await assert_lost(socket)
        await assert_works(bystander)
    async with ada.socket(conversation) as socket:
        await assert_lost(socket)
    assert [session["id"] for session in await sessions(other)] == [other.session_id]


async def test_logging_out_everywhere(server: RunningServer) -> None:
    ada, bob = await server.register(), await server.register()
    other = await server.log_in(ada.name, PASSWORD)
    async with other.socket(await ada.conversation()) as socket:
        await assert_works(socket)
        assert (await ada.post("/auth/logout-all")).status_code == 204
        await assert_lost(socket)
    for person in (ada, other):
        assert_refused(await person.get("/auth/me"), 401, "invalid_token")
        assert_refused(await refreshed(person), 401, "invalid_token")
    assert (await bob.get("/auth/me")).status_code == 200
    again = await server.log_in(ada.name, PASSWORD)
    assert len(await sessions(again)) == 1


async def test_ending_one_session_from_another(server: RunningServer) -> None:
    ada, eve = await server.register(), await server.register()
    lost = await server.log_in(ada.name, PASSWORD)
    path = f"/auth/sessions/{lost.session_id}"
    strange = await eve.request("DELETE", path)
    missing = await eve.request("DELETE", "/auth/sessions/999999999")
    assert_refused(strange, 404, "session_not_found")
    assert strange.content == missing.content
    assert_refused(await ada.request("DELETE", "/auth/sessions/1.0"), 422, "invalid_input")
    assert (await lost.get("/auth/me")).status_code == 200
    async with lost.socket(await ada.conversation()) as socket:
        await assert_works(socket)
        assert (await ada.request("DELETE", path)).status_code == 204
        assert_refused(await lost.get("/auth/me"), 401, "invalid_token")
        await assert_lost(socket)
    assert_refused(await ada.request("DELETE", path), 404, "session_not_found")
    assert (await ada.get("/auth/me")).status_code == 200


async def test_an_access_token_ends_with_its_session(server: RunningServer) -> None:
    ada = await server.register()
    other = await server.log_in(ada.name, PASSWORD)
    async with ada.socket(await ada.conversation()) as socket:
        await assert_works(socket)
        await expire(ada)
        await assert_lost(socket)
    assert_refused(await ada.get("/auth/me"), 401, "invalid_token")
    assert_refused(await refreshed(ada), 401, "invalid_token")
    assert [session["id"] for session in await sessions(other)] == [other.session_id]


async def expire(person: Person) -> None:
    """Let the session of a login end a moment ago, as one that is not refreshed does some day."""

    def work(connection: Connection) -> None:
        mine = _session.c.id == person.session_id
        connection.execute(update(_session).where(mine).values(expires_at=utc_now()))

    await person.server.app.state.services.database.write(work)


async def test_a_session_ended_here_ends_in_other_processes(
    server: RunningServer, database_url: str
) -> None:
    thief = await server.register()
    owner = await (await thief.refresh()).refresh()
    other = await server.log_in(owner.name, PASSWORD)
    conversation = await owner.conversation()
    async with server_process(database_url) as process:
        mine, theirs = process.seen_by(owner), process.seen_by(other)
        async with mine.socket(conversation) as socket, theirs.socket(conversation) as bystander:
            await assert_works(socket)
            assert_refused(await refreshed(thief), 401, "invalid_token")
            await assert_lost(socket)
            await assert_works(bystander)
            assert (await other.post("/auth/logout")).status_code == 204
            await assert_lost(bystander)
        assert_refused(await theirs.get("/auth/me"), 401, "invalid_token")
