"""Replies that stream and a person who sends on, while something is done to the database."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from tests.faults.watching import REPLY, Shown, eventually, watch
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream

SENT_BEFORE = 5
SETTINGS = {"max_replies_per_user": 100}
"""What a server needs for it: one person has all the replies."""


@dataclass
class Traffic:
    """Who reads, who sends, and what they were answered."""

    reader: Person
    shown: list[Shown]
    sender: Person
    conversation: int
    """Where that one sends."""
    sent: dict[str, int] = field(default_factory=dict)
    """The texts of the one who sends, each with the status of its answer."""
    away_seconds: float = 0.0
    """The longest time between two messages that were acknowledged."""

    @property
    def acknowledged(self) -> list[str]:
        """All texts that the server said it has."""
        said = [text for text, status in self.sent.items() if status == 200]
        return said + [one.content for one in self.shown if one.acknowledged]

    @property
    def refused(self) -> dict[str, int]:
        """The texts that were not acknowledged, each with its status."""
        return {text: status for text, status in self.sent.items() if status != 200}

    async def whole(self) -> int:
        """How many replies were shown and stored to their last character."""
        return sum([await self._is_whole(one) for one in self.shown])

    async def _is_whole(self, one: Shown) -> bool:
        text = REPLY.format(one.content)
        reply = (await self.reader.messages(one.conversation))[1]
        return (reply["status"], reply["content"], one.text) == ("complete", text, text)

    async def send_on(self, over: asyncio.Event) -> None:
        """One message after another, until it is over and one was taken again."""
        loop = asyncio.get_running_loop()
        taken_at, status = loop.time(), 0
        while status != 200 or not over.is_set():
            text = f"message {len(self.sent)}"
            answer = await self.sender.say(self.conversation, text)
            self.sent[text] = status = answer.status_code
            if status == 200:
                self.away_seconds = max(self.away_seconds, loop.time() - taken_at)
                taken_at = loop.time()


async def traffic_during(
    harm: Callable[[], Awaitable[None]],
    servers: Sequence[RunningServer],
    upstream: ScriptedUpstream,
    replies: int,
    words: int,
) -> Traffic:
    """Do `harm` while replies of so many words stream, at these servers in turn; when all have
    ended, what came of it."""
    first, last = servers[0], servers[-1]
    ada = await first.person_with_model(upstream.url, "slow")
    bob = await last.person_with_model(upstream.url, "echo")
    at = [replace(ada, server=server) for server in servers]
    texts = [f"{number}: {'词🍣 ' * words}" for number in range(replies)]
    shown = [Shown(await ada.conversation(), text) for text in texts]
    traffic = Traffic(ada, shown, bob, await bob.conversation())
    readers = [
        asyncio.create_task(watch(at[number % len(at)], one)) for number, one in enumerate(shown)
    ]

    over = asyncio.Event()
    sending = asyncio.create_task(traffic.send_on(over))

    async def all_begun() -> bool:
        stream = all(len(one.text) > len("You said: ") for one in shown)
        return stream and len(traffic.sent) > SENT_BEFORE

    await eventually(all_begun)
    await harm()
    await asyncio.gather(*readers)
    over.set()
    await sending
    return traffic
