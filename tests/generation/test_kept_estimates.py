"""What a message is estimated at is kept with its final text, and changes no prompt."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.engine import URL

from app.database import table_of
from app.migration import migrate, sync_engine
from app.models import Conversation, Message
from app.services.generation.context import Past, read_prompt
from app.services.generation.prompt import Said, build_prompt
from app.services.messages.estimate import estimate_tokens
from tests.conftest import StartServer
from tests.support.backups import settings
from tests.support.migrated import migrated_database
from tests.support.upstream import ScriptedUpstream
from tests.upgrades.schemas import NOW, put, reflected

pytestmark = pytest.mark.anyio

CASES = 60
USER = 1000
TEXTS = [
    "yes",
    "",
    "好的，请继续。" * 4,
    "Some words. " * 20,
    "long " * 700,
    "很长" * 800,
    "x" * 9_000,
]
_message, _conversation = table_of(Message), table_of(Conversation)


@pytest.fixture
def engine(database_server: URL, tmp_path: Path) -> Iterator[Engine]:
    with migrated_database(database_server, tmp_path) as url:
        migrate(settings(url))
        engine = sync_engine(settings(url))
        put(engine, reflected(engine), USER)
        yield engine
        engine.dispose()


def a_past(chance: random.Random) -> list[Said]:
    """A conversation: answers may fail, be missing or be long, and some were never estimated."""
    past: list[Said] = []
    for _ in range(chance.randint(0, 60)):
        past.append(said(chance, "user", chance.choice(TEXTS[:1] + TEXTS[2:])))
        if chance.random() < 0.9:
            past.append(said(chance, "ai", chance.choice(TEXTS)))
    return [*past, said(chance, "user", chance.choice(TEXTS[2:]))]


def said(chance: random.Random, sender: str, text: str) -> Said:
    return sender, text, chance.choice([None, estimate_tokens(text)])


@pytest.mark.databases("sqlite")
def test_a_prompt_is_what_the_whole_past_gives(engine: Engine) -> None:
    chance = random.Random(15)
    for number in range(CASES):
        past, system = a_past(chance), chance.choice([None, "Be brief. " * 9])
        budget = chance.choice([64, 300, 1_000, 5_000, 20_000, 200_000])
        with engine.begin() as connection:
            conversation = 2_000 + number
            made = {"id": conversation, "user_id": USER, "title": "t", "title_source": "user"}
            times = {"created_at": NOW, "updated_at": NOW}
            connection.execute(insert(_conversation), made | times)
            rows = [
                {**message(conversation, content), "sender": sender, "tokens": tokens}
                for sender, content, tokens in past
            ]
            connection.execute(insert(_message), rows)
            last = newest(connection)
            read = Past(conversation, last, system, USER, b"of no model")
            prompt = read_prompt(connection, read, budget).prompt
            assert prompt == build_prompt(past, system, budget)


def test_what_is_kept_is_believed(engine: Engine) -> None:
    """A text is not estimated again: one that is kept as longer than the budget is left out."""
    with engine.begin() as connection:
        own = _message.c.conversation_id == USER
        connection.execute(update(_message).where(own).values(status="complete", content="hello"))
        connection.execute(insert(_message), message(USER, "and now?"))
        past = Past(USER, newest(connection), None, USER, b"of no model")
        assert len(read_prompt(connection, past, 100).prompt) == 3
        connection.execute(update(_message).where(_message.c.id == USER).values(tokens=99))
        assert len(read_prompt(connection, past, 100).prompt) == 1


def message(conversation: int, content: str) -> dict[str, Any]:
    return {
        "conversation_id": conversation,
        "sender": "user",
        "content": content,
        "timestamp": NOW,
    }


def newest(connection: Connection) -> int:
    return int(connection.execute(select(func.max(_message.c.id))).scalar_one())


async def test_it_is_kept_once_the_text_is_final(
    start_server: StartServer, upstream: ScriptedUpstream, database_url: str
) -> None:
    server = await start_server()
    ada = await server.person_with_model(upstream.url, "echo")
    conversation = await ada.conversation()
    kept = Kept(database_url, conversation)
    await ada.say(conversation, "你好")
    texts = ["你好", "You said: 你好"]
    assert await kept() == [estimate_tokens(text) for text in texts]
    await ada.set_model(upstream.url, "hold")
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="stop")
        await socket.until("chunk")
        assert (await kept())[2:] == [estimate_tokens("stop"), None]
        await socket.send(type="stop")
        stopped = (await socket.until("done"))[-1]
        assert (await kept())[2:] == [estimate_tokens("stop"), None]  # it may be continued
        await ada.set_model(upstream.url, "echo")
        await socket.send(type="continue", message_id=stopped["message_id"])
        await socket.until("done")
    whole = (await ada.messages(conversation))[-1]["content"]
    assert (await kept())[3] == estimate_tokens(whole)


class Kept:
    """What is kept of a conversation's messages."""

    def __init__(self, database_url: str, conversation: int) -> None:
        self._url, self._conversation = database_url, conversation

    async def __call__(self) -> list[int | None]:
        return await asyncio.to_thread(self._read)

    def _read(self) -> list[int | None]:
        engine = sync_engine(settings(self._url))
        with engine.connect() as connection:
            own = _message.c.conversation_id == self._conversation
            rows = connection.execute(select(_message.c.tokens).where(own).order_by(_message.c.id))
            found = [*rows.scalars()]
        engine.dispose()
        return found
