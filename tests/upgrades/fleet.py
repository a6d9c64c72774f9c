"""Servers behind one address that are replaced one after the other, and people who go on meanwhile:
they send and read at whatever server the address leads to."""

import asyncio
import secrets
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2

from tests.faults.watching import REPLY
from tests.support.refusals import assert_refused
from tests.support.returning import Reader
from tests.support.server import ChatSocket, Person
from tests.support.server_process import ServerProcess, server_process
from tests.transfer.imported import whole_history

AS_TOLD = ("id", "status", "content")
BRIEF, LONG = 15, 150
"""Words of messages: one whose reply is over at once, and one whose reply outlasts the lease."""


class Fleet:
    """The servers, in turn. As with a proxy that is told nothing, one that is about to end is still
    led to, until it takes no connection."""

    def __init__(self, stack: AsyncExitStack, url: str, folder: Path, **settings: str) -> None:
        self._stack = stack
        self._url = url
        self._settings = settings | {"DATA_DIR": str(folder)}
        self._turn = 0
        self.servers: list[ServerProcess] = []
        self.elsewhere: Counter[str] = Counter()
        """Why requests were made again."""

    def next(self) -> ServerProcess:
        """Where the address leads to now."""
        self._turn += 1
        return self.servers[self._turn % len(self.servers)]

    async def start(self, release: Path | None) -> None:
        """A server more: of this version, or of the code in a folder."""
        serving = server_process(self._url, None, "uvicorn", release, **self._settings)
        self.servers.append(await self._stack.enter_async_context(serving))

    async def ask(self, person: Person, path: str, body: object, **headers: str) -> Any:
        """What is answered to a POST. Where a server is gone, breaks off or is about to end, it is
        made again elsewhere, as a proxy and the page do; nothing else may be refused."""
        while True:
            here = replace(person, server=self.next())
            try:
                answer = await here.post(path, json=body, headers=headers)
            except httpx2.TransportError as error:
                self.elsewhere[type(error).__name__] += 1
                await asyncio.sleep(0)
                continue
            if answer.is_success:
                return answer.json()
            assert_refused(answer, 503, "server_restarting")
            assert int(answer.headers["Retry-After"]) > 0
            self.elsewhere["server_restarting"] += 1

    async def replace_all(self, release: Path | None) -> None:
        """One new server after the other in the place of those that are there."""
        for old in list(self.servers):
            await self.start(release)
            old.kill(signal.SIGTERM)
            assert await old.exited() in (0, -signal.SIGTERM)
            self.servers.remove(old)


@dataclass
class Sender:
    """Sends messages by HTTP, one after the other, each under a key by which it is taken once."""

    fleet: Fleet
    person: Person
    conversation: int
    replies: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def go_on(self, over: asyncio.Event) -> None:
        """Until it is over."""
        while not over.is_set():
            content = " ".join(f"{len(self.replies)}词{n}" for n in range(BRIEF))
            key = {"Idempotency-Key": secrets.token_hex(8)}
            path = f"/conversations/{self.conversation}/messages"
            answer = await self.fleet.ask(self.person, path, {"content": content}, **key)
            self.replies[content] = answer["reply"]

    async def check(self, person: Person) -> None:
        """All was kept once and in its order, and each reply as it was told."""
        kept = await whole_history(person, self.conversation)
        assert [message["content"] for message in kept[::2]] == [*self.replies]
        asked = ""
        for content, reply in zip(self.replies, kept[1::2], strict=True):
            told = self.replies[content]
            assert [told[key] for key in AS_TOLD] == [reply[key] for key in AS_TOLD]
            asked += content  # of what got no answer the model is reminded with the next
            check_reply(asked, reply)
            asked = "" if reply["content"] else f"{asked}\n\n"


@dataclass
class Streamer:
    """Has one long reply after the other written, with a reader of it at another server."""

    fleet: Fleet
    person: Person
    read: list[tuple[Reader, Reader, int]] = field(default_factory=list)
    endings: Counter[str] = field(default_factory=Counter)
    """How the replies ended that were checked."""

    async def go_on(self, over: asyncio.Event) -> None:
        """Until it is over."""
        while not over.is_set():
            made = await self.fleet.ask(self.person, "/conversations", {"title": "named"})
            conversation = int(made["id"])
            content = " ".join(f"词{n}🍣" for n in range(LONG))
            writer, follower = Reader(content), Reader()
            writing = asyncio.create_task(writer.read(self._opener(conversation)))
            await writer.has_begun.wait()
            follower.cursor = f"{(writer.cursor or '').partition('.')[0]}.0.0"
            await follower.read(self._opener(conversation))
            await writing
            self.read.append((writer, follower, conversation))

    def _opener(self, conversation: int) -> Any:
        @asynccontextmanager
        async def opened(cursor: str | None) -> AsyncIterator[ChatSocket]:
            here = replace(self.person, server=self.fleet.next())
            async with here.socket(conversation, cursor) as socket:
                yield socket

        return opened

    async def check(self, person: Person) -> None:
        """Both readers of each reply were shown what is stored, and it is whole or was cut off."""
        for writer, follower, conversation in self.read:
            message, reply = await person.messages(conversation)
            assert message["content"] == writer.content
            for each in (writer, follower):
                assert each.text == reply["content"], each.ending
            check_reply(writer.content, reply)
            self.endings[reply["status"]] += 1


def check_reply(content: str, reply: dict[str, Any]) -> None:
    """Whole, or as far as it came before its server ended."""
    whole = REPLY.format(content)
    if reply["status"] == "complete":
        assert reply["content"] == whole
    else:
        assert reply["error"]["code"] == "interrupted"
        assert whole.startswith(reply["content"])
