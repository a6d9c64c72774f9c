"""Fields that a client may not set change nothing, wherever they are sent along."""

from typing import Any

import pytest

from tests.attacks.target import Target, Visitor
from tests.support.server import PASSWORD
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

POWERS: dict[str, Any] = {
    "id": 1,
    "user_id": 1,
    "owner": 1,
    "role": "admin",
    "is_admin": True,
    "is_superuser": True,
    "scopes": ["*"],
    "display_name": "The Administrators",
    "email_verified": True,
    "email_verified_at": "2000-01-01T00:00:00Z",
    "pending_at": None,
    "status": "active",
    "yn": 0,
    "created_at": "2000-01-01T00:00:00Z",
    "updated_at": "2000-01-01T00:00:00Z",
    "deleted_at": "2000-01-01T00:00:00Z",
    "password_hash": "$2b$04$" + "a" * 53,
    "username_key": "root",
    "conversation_count": 99,
    "message_count": 99,
    "title_source": "user",
    "__proto__": {"is_admin": True},
    "constructor": {"prototype": {"is_admin": True}},
}


async def test_registering(target: Target) -> None:
    account = {"username": "powerful", "email": "powerful@example.com", "password": PASSWORD}
    answer = await target.http.post("/auth/register", json=account | POWERS)
    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "username", "email", "created_at"}
    assert answer.json()["created_at"] > "2020"
    person = await target.log_in("powerful", PASSWORD)
    me = (await person.get("/auth/me")).json()
    assert (me["id"], me["has_config"]) == (answer.json()["id"], False)
    assert me["role"] == "user"
    changed = await person.request("PATCH", "/auth/me", json=POWERS | {"display_name": None})
    assert changed.json() == me


async def test_logging_in_as_somebody_else(target: Target) -> None:
    ada, eve = await target.visitor(), await target.visitor()
    body = {
        "username_or_email": eve.name,
        "password": PASSWORD,
        "sub": ada.id,
        "username": ada.name,
    }
    token = (await target.http.post("/auth/login", json=body | POWERS)).json()["access_token"]
    me = await target.http.get("/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["username"] == eve.name


async def test_conversations(target: Target) -> None:
    ada, eve = await target.visitor(), await target.visitor()
    mine = await eve.conversation("Mine")
    given = POWERS | {"user_id": ada.id, "id": mine}
    made = (await ada.post("/conversations", json=given | {"title": "New"})).json()
    assert made["id"] != mine
    path = f"/conversations/{made['id']}"
    before = (await ada.get(path)).json()
    after = (await ada.request("PATCH", path, json=given | {"user_id": eve.id})).json()
    assert after == before
    assert (await eve.get(path)).status_code == 404
    assert (await ada.get("/conversations")).json()["total"] == 1


async def test_the_model(target: Target, model: ScriptedUpstream) -> None:
    ada, eve = await target.visitor(model.url), await target.visitor(model.url)
    before = (await ada.get("/auth/config")).json()
    body = {"model_url": model.url, "model_name": "mine", "encrypted_api_key": "x"}
    given = POWERS | {"user_id": ada.id} | body
    assert (await eve.request("PUT", "/auth/config", json=given)).status_code == 200
    assert (await ada.get("/auth/config")).json() == before
    assert (await eve.get("/auth/config")).json()["model_name"] == "mine"


@pytest.mark.parametrize("by_socket", [False, True])
async def test_messages(target: Target, model: ScriptedUpstream, by_socket: bool) -> None:
    ada = await target.visitor(model.url)
    conversation = await ada.conversation("Mine")
    forged = POWERS | {
        "sender": "ai",
        "status": "failed",
        "parent_id": 1,
        "model_name": "gpt-9",
        "finish_reason": "stopped",
        "conversation_id": 1,
        "message_id": 1,
        "content": "hello",
    }
    await _send(ada, conversation, forged, by_socket)
    message, reply = await ada.messages(conversation)
    assert (message["sender"], message["status"], message["parent_id"]) == (
        "user",
        "complete",
        None,
    )
    assert message["model_name"] is None
    assert (reply["sender"], reply["model_name"], reply["finish_reason"]) == ("ai", "echo", "stop")


async def _send(ada: Visitor, conversation: int, body: dict[str, Any], by_socket: bool) -> None:
    if by_socket:
        async with ada.socket(conversation) as socket:
            await socket.send(**body | {"type": "message"})
            await socket.until("done")
    else:
        answer = await ada.post(f"/conversations/{conversation}/messages", json=body)
        assert answer.status_code == 200
