"""Another user's object answers exactly like one that does not exist, on every path, and nothing
happens to it. The paths are those of the OpenAPI document: a new one is attacked at once."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from sqlalchemy import create_engine

from app.services.oidc import rows as identities
from tests.attacks.target import KEY_PREFIX, Target, Visitor, body_for, face
from tests.faults.watching import eventually
from tests.support.authenticator import add_passkey, local
from tests.support.refusals import last_words
from tests.support.server import ChatSocket
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

MISSING = 2**62
KINDS = {
    "/conversations/": "conversation",
    "/messages/": "message",
    "/auth/sessions/": "session",
    "/connections/": "connection",
    "/models/": "model",
    "/presets/": "preset",
    "/attachments/": "attachment",
    "/folders/": "folder",
    "/imports/": "import",
    "/shares/": "share",
    "/auth/keys/": "key",
    "/auth/passkeys/": "passkey",
    "/auth/identities/": "identity",
}
"""What the `{id}` of a path names; a path of another kind must be entered here."""
FROM_THE_BEGINNING = {"Upload-Offset": "0"}
SSE = {"Accept": "text/event-stream"}
NOTHING_THERE = {"messages": [], "has_more": False, "has_newer": False}


@dataclass
class Owned:
    """What the attacker is after: the victim's ids by kind, while a reply runs."""

    victim: Visitor
    conversation: int
    ended: int
    ids: dict[str, list[int]]
    cursor: str

    async def state(self) -> list[Any]:
        """All that the victim sees."""
        paths = [f"/conversations/{id}" for id in (self.conversation, self.ended)]
        paths += [f"{path}/messages" for path in paths] + ["/conversations", "/auth/sessions"]
        paths += [
            "/connections",
            "/models",
            "/presets",
            "/folders",
            "/imports",
            "/shares",
            "/auth/keys",
            "/auth/passkeys",
            "/auth/identities",
            "/auth/me",
        ]
        answers = [await self.victim.get(path) for path in paths]
        return [answer.json() for answer in answers]


async def connected(victim: Visitor, url: str) -> dict[str, list[int]]:
    """The victim's connections and models, by kind."""
    body = {"model_url": url, "api_key": f"{KEY_PREFIX}connected"}
    made = (await victim.post("/connections", json=body)).json()["id"]
    await victim.post(f"/connections/{made}/models", json={"name": "theirs"})
    connections = (await victim.get("/connections")).json()["connections"]
    models = (await victim.get("/models")).json()["models"]
    preset = (await victim.post("/presets", json={"name": "theirs"})).json()["id"]
    file = await victim.request("PUT", "/attachments", content=b"their words")
    folder = (await victim.post("/folders", json={"name": "theirs"})).json()["id"]
    half = {"content": b"[", "headers": {"Upload-Length": "1000"}}
    uploading = (await victim.request("PUT", "/imports", **half)).json()["id"]
    return {
        "attachment": [file.json()["id"]],
        "import": [uploading],
        "preset": [preset],
        "folder": [folder],
        "connection": [connection["id"] for connection in connections],
        "model": [model["id"] for model in models if not model["connection"]["shared"]],
    }


def linked(database_url: str, user_id: int) -> int:
    """The id of an account at a provider that logs in to a user's."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        id = identities.add(connection, user_id, "https://idp.example", str(user_id))
    engine.dispose()
    return id


@pytest.fixture
async def owned(target: Target, model: ScriptedUpstream, database_url: str) -> Owned:
    victim = await target.visitor(model.url)
    ended = await victim.conversation("Ended")
    exchange = (await victim.say(ended, "a secret", **{"Idempotency-Key": "once"})).json()
    await victim.set_model(model.url, "stall")
    running = await victim.conversation("Running")
    async with victim.socket(running) as socket:
        await socket.send(type="message", content="go on")
        start, *_, chunk = await socket.until("chunk")
    deleted = await victim.conversation("Deleted")
    await victim.request("DELETE", f"/conversations/{deleted}")
    messages = [exchange["message"], exchange["reply"], start["user_message"], start["message"]]
    ids = {
        "conversation": [running, ended, deleted],
        "message": [message["id"] for message in messages],
        "session": [victim.session_id],
        **await connected(victim, model.url),
        "key": [(await victim.post("/auth/keys", json={"name": "theirs"})).json()["id"]],
        "passkey": [(await add_passkey(victim, local())).id],
        "identity": [await asyncio.to_thread(linked, database_url, victim.id)],
        "share": [(await victim.post(f"/conversations/{ended}/shares")).json()["id"]],
    }

    async def is_saved() -> bool:
        return bool((await victim.messages(running))[1]["content"])

    await eventually(is_saved)
    return Owned(victim, running, ended, ids, chunk["id"])


async def _operations(target: Target) -> list[tuple[str, str, Any]]:
    """Those for users. /admin answers alike, whatever is asked (tests/admin/test_admin_only.py)."""
    document = (await target.http.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    found = [
        (method.upper(), path, body_for(operation, schemas, "Stolen words"))
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if "{id}" in path and not path.startswith("/admin/")
    ]
    assert len(found) >= 14
    return found


async def _ask(
    mallory: Visitor, method: str, path: str, id: int, body: Any, **headers: str
) -> httpx2.Response:
    return await mallory.request(
        method, path.format(id=id), json=body, headers=FROM_THE_BEGINNING | headers
    )


@pytest.mark.parametrize(
    "headers", [{}, SSE, SSE | {"Last-Event-ID": "1.0.1"}, {"Idempotency-Key": "once"}]
)
async def test_every_path(target: Target, owned: Owned, headers: dict[str, str]) -> None:
    before = await owned.state()
    mallory = await target.visitor()
    for method, path, body in await _operations(target):
        kind = next(kind for prefix, kind in KINDS.items() if path.startswith(prefix))
        missing = face(await _ask(mallory, method, path, MISSING, body, **headers))
        assert missing[0] == 404, f"{method} {path}"
        for id in owned.ids[kind]:
            stolen = await _ask(mallory, method, path, id, body, **headers)
            assert face(stolen) == missing, f"{method} {path}"
    assert await owned.state() == before


async def test_with_the_victims_cursor(target: Target, owned: Owned) -> None:
    mallory = await target.visitor()
    mine = await mallory.conversation()
    foreign = {"Last-Event-ID": owned.cursor}
    path = "/conversations/{id}/stream"
    stolen = await _ask(mallory, "GET", path, owned.conversation, None, **foreign)
    missing = await _ask(mallory, "GET", path, MISSING, None, **foreign)
    assert face(stolen) == face(missing)
    stolen = await _ask(mallory, "GET", path, mine, None, **foreign)
    missing = await _ask(mallory, "GET", path, mine, None, **{"Last-Event-ID": f"{MISSING}.0.1"})
    assert stolen.status_code == 422
    assert face(stolen) == face(missing)


async def test_without_a_token(target: Target, owned: Owned) -> None:
    before = await owned.state()
    for method, path, body in await _operations(target):
        for ids in owned.ids.values():
            answer = await target.http.request(method, path.format(id=ids[0]), json=body)
            assert answer.status_code == 401, f"{method} {path}"
    assert await owned.state() == before


async def test_lists_hold_only_what_is_ones_own(target: Target, owned: Owned) -> None:
    mallory = await target.visitor()
    for query in (f"?user_id={owned.victim.id}", "?limit=100&offset=0&all=true"):
        answer = await mallory.get(f"/conversations{query}")
        assert answer.json() == {"conversations": [], "total": 0}
    mine = await mallory.conversation()
    above = f"/conversations/{mine}/messages?before_id={MISSING}"
    assert (await mallory.get(above)).json() == NOTHING_THERE
    sessions = (await mallory.get("/auth/sessions")).json()["sessions"]
    assert [session["id"] for session in sessions] == [mallory.session_id]


@pytest.mark.parametrize("by_ticket", [False, True])
async def test_a_socket(target: Target, owned: Owned, by_ticket: bool) -> None:
    mallory = await target.visitor()

    async def words(id: int, cursor: str | None) -> tuple[list[dict[str, Any]], int]:
        token = (await mallory.post("/auth/ws-ticket")).json()["ticket"] if by_ticket else None
        async with mallory.socket(id, cursor, token) as socket:
            return await last_words(socket.connection)

    for cursor in (None, owned.cursor):
        missing = await words(MISSING, cursor)
        assert missing[1] == 4404
        for id in owned.ids["conversation"]:
            assert await words(id, cursor) == missing


async def test_the_victims_messages_from_a_socket_of_ones_own(
    target: Target, model: ScriptedUpstream, owned: Owned
) -> None:
    before = await owned.state()
    mallory = await target.visitor(model.url)
    async with mallory.socket(await mallory.conversation()) as socket:
        for type in ("regenerate", "continue", "edit"):
            missing = await _refusal(socket, type, MISSING)
            for id in owned.ids["message"]:
                assert await _refusal(socket, type, id) == missing
        await socket.send(type="stop", conversation_id=owned.conversation)
        await socket.send(type="message", content="hi", conversation_id=owned.conversation)
        assert (await socket.until("done"))[-1]["finish_reason"] == "stop"
    assert await owned.state() == before


async def _refusal(socket: ChatSocket, type: str, id: int) -> dict[str, Any]:
    await socket.send(type=type, message_id=id, content="Stolen words", client_id="once")
    event = await socket.receive()
    assert event["type"] == "error"
    return event


async def test_a_flood_of_guesses_leaves_the_victims_reply_running(
    target: Target, owned: Owned
) -> None:
    mallory = await target.visitor()
    async with owned.victim.socket(owned.conversation, owned.cursor) as watching:
        around = range(max(1, owned.conversation - 20), owned.conversation + 20)
        answers = await asyncio.gather(
            *(mallory.post(f"/conversations/{id}/stop") for id in around)
        )
        assert {answer.status_code for answer in answers} == {404}
        await watching.send(type="ping")
        assert (await watching.receive())["type"] == "start"
        assert (await watching.receive())["type"] == "pong"
