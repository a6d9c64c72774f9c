"""What is ended at one process is cut at the others at once: they are told, and look."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from app.connections import open as open_connections
from tests.keys.programs import program_of
from tests.peers.conftest import StartNodes
from tests.support.buses import BUSES
from tests.support.server import PASSWORD, Person
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

NEVER = 3600.0
"""Seconds until anybody looks unasked."""

End = Callable[[Person, Person], Awaitable[Any]]


async def log_out(ada: Person, _: Person) -> None:
    assert (await ada.post("/auth/logout")).status_code == 204


async def log_out_everywhere(ada: Person, _: Person) -> None:
    assert (await ada.post("/auth/logout-all")).status_code == 204


async def end_one(ada: Person, _: Person) -> None:
    other = await ada.server.log_in(ada.name, PASSWORD, ada.id)
    ended = await other.request("DELETE", f"/auth/sessions/{ada.session_id}")
    assert ended.status_code == 204


async def change_password(ada: Person, _: Person) -> None:
    other = await ada.server.log_in(ada.name, PASSWORD, ada.id)
    body = {"old_password": PASSWORD, "new_password": f"another {PASSWORD}"}
    assert (await other.request("PUT", "/auth/password", json=body)).status_code == 204


async def disable(ada: Person, admin: Person) -> None:
    path = f"/admin/users/{ada.id}"
    assert (await admin.request("PATCH", path, json={"enabled": False})).status_code == 200


async def delete(ada: Person, _: Person) -> None:
    gone = await ada.request("DELETE", "/auth/me", json={"password": PASSWORD})
    assert gone.status_code == 204


ENDS = [log_out, log_out_everywhere, end_one, change_password, disable, delete]


@pytest.mark.parametrize(
    ("bus", "end"), [("local", end) for end in ENDS] + [(bus, log_out) for bus in BUSES[1:]]
)
async def test_sockets_at_all_processes_end_at_once(
    bus: str, end: End, start_nodes: StartNodes
) -> None:
    nodes = await start_nodes(bus, session_check_seconds=NEVER)
    admin, ada, bob = await nodes[0].admin(), await nodes[0].register(), await nodes[0].register()
    mine, theirs = await ada.conversation(), await bob.conversation()
    here, elsewhere = nodes.seen_by(ada)[:2]
    async with (
        here.socket(mine) as one,
        elsewhere.socket(mine) as other,
        nodes.seen_by(bob)[1].socket(theirs) as stays,
    ):
        for socket in (one, other, stays):
            await socket.send(type="ping")
            assert (await socket.receive())["type"] == "pong"
        await end(ada, admin)
        for socket in (one, other):
            assert (await socket.receive())["code"] == "invalid_token"
            with pytest.raises(ConnectionClosed):
                await socket.receive()
        await stays.send(type="ping")
        assert (await stays.receive())["type"] == "pong"


@pytest.mark.parametrize("how", ["revoked", "disabled"])
async def test_what_programs_have_open_ends_with_the_key(
    how: str,
    start_nodes: StartNodes,
    upstream: ScriptedUpstream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(open_connections, "KEY_CHECK_SECONDS", NEVER)
    nodes = await start_nodes("local", session_check_seconds=NEVER)
    admin = await nodes[0].admin()
    ada = await nodes[0].person_with_model(upstream.url, "hold")
    program = await program_of(nodes.seen_by(ada)[2])
    key_id = (await ada.get("/auth/keys")).json()["keys"][0]["id"]
    async with program.streamed("default") as stream:
        events = aiter(stream)
        assert (await anext(events))["choices"][0]["delta"]["content"] == "You"
        if how == "revoked":
            assert (await ada.request("DELETE", f"/auth/keys/{key_id}")).status_code == 204
        else:
            await disable(ada, admin)
        last = [event async for event in events]
    assert [event["error"]["code"] for event in last] == ["invalid_api_key"]


async def test_event_streams_end_with_their_session(
    start_nodes: StartNodes, upstream: ScriptedUpstream
) -> None:
    nodes = await start_nodes("local", session_check_seconds=NEVER)
    ada = await nodes[0].person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    there = nodes.seen_by(ada)[1]
    path, headers = f"/conversations/{conversation}/messages", {"Accept": "text/event-stream"}
    body = {"content": "one two three"}
    async with there.server.http.stream(
        "POST", path, json=body, headers=ada.headers | headers
    ) as answer:
        lines = aiter(answer.aiter_lines())
        while "chunk" not in await anext(lines):
            pass
        await log_out(ada, ada)
        rest = "".join([line async for line in lines])
    assert "invalid_token" in rest
