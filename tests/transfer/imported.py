"""Files that are brought in, and what comes of them."""

import json
from typing import Any

import httpx2
from sqlalchemy import Connection, select

from app.database import table_of
from app.models import Attachment, Conversation, File, ImportedConversation, Message
from tests.faults.watching import eventually
from tests.support.server import Person, RunningServer

OF_USERS = [table_of(model) for model in (Conversation, File, ImportedConversation)]
SAID_AT = 1_700_000_000
_conversation = table_of(Conversation)
_message = table_of(Message)
_attachment = table_of(Attachment)
ENDED = ("done", "failed", "cancelled")


async def put(
    person: Person, data: bytes, name: str = "chats.json", **headers: str
) -> httpx2.Response:
    """The answer to an upload."""
    return await person.request(
        "PUT", "/imports", params={"name": name}, content=data, headers=headers
    )


async def patch(person: Person, id: int, offset: int, data: bytes) -> httpx2.Response:
    """The answer to the rest of an upload."""
    return await person.request(
        "PATCH", f"/imports/{id}", content=data, headers={"Upload-Offset": str(offset)}
    )


async def ended(person: Person, id: int) -> dict[str, Any]:
    """An import, once it has ended."""
    found: dict[str, Any] = {}

    async def has_ended() -> bool:
        nonlocal found
        found = (await person.get(f"/imports/{id}")).json()
        return found["status"] in ENDED

    await eventually(has_ended)
    return found


async def undone(person: Person, id: int) -> None:
    """Wait until an import is undone."""

    async def is_undone() -> bool:
        return bool((await person.get(f"/imports/{id}")).json()["undo"] == "done")

    await eventually(is_undone)


async def ids_of(person: Person) -> list[int]:
    """Of the conversations of somebody who has few."""
    found = (await person.get("/conversations")).json()["conversations"]
    return [row["id"] for row in found]


async def brought_in(person: Person, data: bytes, name: str = "chats.json") -> dict[str, Any]:
    """An import of a file, once it has ended."""
    answer = await put(person, data, name)
    assert answer.status_code == 202, answer.text
    return await ended(person, answer.json()["id"])


async def all_items(person: Person, id: int) -> list[dict[str, Any]]:
    """The whole report of an import."""
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        more = {"cursor": cursor} if cursor else {}
        page = (await person.get(f"/imports/{id}/items", params={"limit": 7} | more)).json()
        items += page["items"]
        cursor = page["cursor"]
    return items


async def whole_history(person: Person, conversation_id: int) -> list[dict[str, Any]]:
    """The messages shown, oldest first, however many."""
    found: list[dict[str, Any]] = []
    path = f"/conversations/{conversation_id}/messages"
    page: dict[str, Any] = {"has_more": True}
    while page["has_more"]:
        before = {"before_id": found[0]["id"]} if found else {}
        page = (await person.get(path, params={"limit": 200} | before)).json()
        found = page["messages"] + found
    return found


async def stored_of(server: RunningServer, user_id: int) -> dict[str, list[Any]]:
    """All that is stored of what a user was sent, said and brought in."""
    found: dict[str, list[Any]] = await server.app.state.services.database.read(_stored, user_id)
    return found


def _stored(connection: Connection, user_id: int) -> dict[str, list[Any]]:
    conversations = select(_conversation.c.id).where(_conversation.c.user_id == user_id)
    messages = select(_message.c.id).where(_message.c.conversation_id.in_(conversations))
    of_user = [select(table).where(table.c.user_id == user_id) for table in OF_USERS]
    found = [
        *of_user,
        select(_message).where(_message.c.conversation_id.in_(conversations)),
        select(_attachment).where(_attachment.c.message_id.in_(messages)),
    ]
    return {
        str(each.columns_clause_froms[0]): sorted(map(repr, connection.execute(each)))
        for each in found
    }


def chatgpt(*conversations: dict[str, Any]) -> bytes:
    """An export of ChatGPT."""
    return json.dumps(conversations).encode()


def conversation(
    id: str, texts: list[str], current: int = -1, parents: dict[int, int] | None = None
) -> dict[str, Any]:
    """One of its conversations: texts one after the other, by turns, save where a parent is told.
    What is shown ends with the text at `current`."""
    mapping: dict[str, Any] = {"root": {"id": "root", "message": None, "parent": None}}
    for place, text in enumerate(texts):
        before = (parents or {}).get(place, place - 1)
        mapping[f"{id}-{place}"] = {
            "id": f"{id}-{place}",
            "parent": "root" if before < 0 else f"{id}-{before}",
            "message": {
                "author": {"role": "assistant" if place % 2 else "user"},
                "create_time": SAID_AT + place,
                "content": {"content_type": "text", "parts": [text]},
            },
        }
    return {
        "conversation_id": id,
        "title": f"Title of {id}",
        "create_time": SAID_AT,
        "update_time": SAID_AT + len(texts),
        "current_node": f"{id}-{current % len(texts)}",
        "mapping": mapping,
    }
