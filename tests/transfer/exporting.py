"""Exports as their users get them: a ticket, a ZIP, and what is in it."""

import json
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx2
from sqlalchemy import Connection, insert, select, update

from app.database import table_of
from app.models import Conversation, Message, utc_now
from tests.support.server import Person

_message = table_of(Message)
_conversation = table_of(Conversation)


@dataclass(frozen=True)
class Export:
    """A ZIP that was taken."""

    files: dict[str, bytes]
    lines: list[dict[str, Any]]

    @property
    def markdown(self) -> dict[str, str]:
        """The Markdown of conversations, by the names of the files."""
        folder = "markdown/"
        return {
            name.removeprefix(folder): data.decode()
            for name, data in self.files.items()
            if name.startswith(folder)
        }

    def line_of(self, conversation: int) -> dict[str, Any]:
        """The line of a conversation."""
        return next(line for line in self.lines if line["id"] == conversation)


def opened(data: bytes) -> Export:
    """A ZIP, every byte of it looked at."""
    with ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(set(names)) == len(names)
        files = {name: archive.read(name) for name in names}
    text = files["conversations.jsonl"].decode()
    assert text == "" or text.endswith("\n")
    return Export(files, [json.loads(line) for line in text.split("\n")[:-1]])


async def ticket_path(person: Person) -> str:
    """The path of a new ticket."""
    answer = await person.post("/export/ticket")
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert made.keys() == {"path", "expires_in"} and made["expires_in"] == 60
    return str(made["path"])


async def fetched(person: Person, path: str, **headers: str) -> httpx2.Response:
    """The answer to a path that needs no login."""
    return await person.server.http.get(path, headers={"Accept-Language": "en", **headers})


async def taken(person: Person) -> Export:
    """All that is somebody's."""
    answer = await fetched(person, await ticket_path(person))
    assert answer.status_code == 200, answer.text
    return opened(answer.content)


def lengthen(connection: Connection, conversation: int, texts: list[str]) -> list[int]:
    """Put messages into an empty conversation, which the search leaves alone; their ids."""
    ids: list[int] = []
    row: dict[str, Any] = {"conversation_id": conversation, "timestamp": utc_now()}
    row["search_state"] = 1
    for number, text in enumerate(texts):
        row |= {"parent_id": ids[-1] if ids else None, "content": text}
        row["sender"] = "ai" if number % 2 else "user"
        result = connection.execute(insert(_message).values(row))
        ids.append(result.inserted_primary_key[0])  # type: ignore[index]
    return ids


def all_rows(connection: Connection, conversation: int) -> list[Any]:
    """The rows of a conversation's messages."""
    its = select(_message).where(_message.c.conversation_id == conversation)
    return [*connection.execute(its.order_by(_message.c.id))]


def set_columns(connection: Connection, conversation: int, **values: Any) -> None:
    """Change a conversation behind the server's back."""
    its = update(_conversation).where(_conversation.c.id == conversation)
    connection.execute(its.values(**values))
