"""A deletion that has begun comes to its end, also where its process was killed."""

import asyncio
import random
import signal
import time
from contextlib import suppress

import httpx2
import pytest
from sqlalchemy import Connection, func, select

from app.database import table_of
from app.models import Conversation, Message, User
from tests.faults.watching import eventually
from tests.search.heaps import do, heap_up
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server import PASSWORD
from tests.support.server_process import server_process

pytestmark = pytest.mark.anyio

MESSAGES = 4_000


async def test_killed_in_the_middle(database_url: str) -> None:
    user, message, conversation = table_of(User), table_of(Message), table_of(Conversation)

    def messages_of(connection: Connection, id: int) -> int:
        its = message.c.conversation_id == conversation.c.id
        counted = select(func.count()).select_from(message).join(conversation, its)
        return int(connection.execute(counted.where(conversation.c.user_id == id)).scalar_one())

    def until_fewer(id: int) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while do(database_url, messages_of, id) == MESSAGES:
            assert time.monotonic() < end
            time.sleep(0.005)

    def is_there(connection: Connection, id: int) -> bool:
        return connection.execute(select(user.c.id).where(user.c.id == id)).first() is not None

    settings = {"REAP_AFTER_SECONDS": "1", "CHECKPOINT_SECONDS": "0.1"}
    left = False
    while not left:  # it may have been quicker than we look
        async with server_process(database_url, **settings) as process:
            ada = await process.register()
            await asyncio.to_thread(do, database_url, heap_up, ada.id, random.Random(4), MESSAGES)
            asking = ada.request("DELETE", "/auth/me", json={"password": PASSWORD})
            asked = asyncio.create_task(asking)
            await asyncio.to_thread(until_fewer, ada.id)
            process.kill(signal.SIGKILL)
            await process.exited()
            with suppress(httpx2.HTTPError, ConnectionError):
                await asked
        left = await asyncio.to_thread(do, database_url, is_there, ada.id)
    async with server_process(database_url, **settings):

        async def is_gone() -> bool:
            return not await asyncio.to_thread(do, database_url, is_there, ada.id)

        await eventually(is_gone)
