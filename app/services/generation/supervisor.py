"""Owns the running replies of this process: each has a task, an end and a last write."""

import asyncio
import contextlib
import secrets
from collections.abc import Coroutine
from typing import Any

from app.config import Settings
from app.database import Database
from app.errors import DatabaseUnavailable, Interrupted
from app.services.generation.channel import Channel, Channels
from app.services.generation.live_reply import Ending, EndStatus
from app.services.generation.runner import Runner
from app.services.generation.running import RunningReply
from app.services.generation.writer import Writer
from app.services.title_service import TitleService


class Supervisor:
    """Starts replies, stops them, and sees every one of them to its end.

    `owner` names this process in the rows of the replies it writes.
    """

    def __init__(
        self,
        database: Database,
        channels: Channels,
        runner: Runner,
        titles: TitleService,
        settings: Settings,
    ) -> None:
        self.owner = secrets.token_hex(16)
        self.draining = False
        self._channels = channels
        self._runner = runner
        self._titles = titles
        self._running: dict[int, RunningReply] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._writer = Writer(
            database,
            self.owner,
            settings.checkpoint_seconds,
            settings.database_patience_seconds,
            on_stop=lambda running: running.cancel("stopped"),
            on_lost=lambda running: running.cancel("interrupted"),
        )
        self._writing: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to write; called once, in the event loop."""
        self._writing = asyncio.create_task(self._writer.run(), name="writer")

    def start(self, running: RunningReply, wants_title: bool) -> None:
        """Let a reply run whose row was just committed. Its readers see it at once."""
        self._running[running.conversation_id] = running
        self._spawn(self._carry(running, wants_title))

    def find(self, conversation_id: int) -> RunningReply | None:
        """The reply that this process is writing into the conversation."""
        return self._running.get(conversation_id)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        # Eager: readers find the new reply in its channel when `start` returns.
        task = asyncio.Task(work, loop=asyncio.get_running_loop(), eager_start=True)
        if not task.done():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, running: RunningReply, wants_title: bool) -> None:
        """One reply from its first reader to its last commit; nothing cancels this task."""
        with self._channels.use(running.conversation_id) as channel:
            channel.set_reply(running.live)
            self._writer.add(running)
            running.task = asyncio.create_task(self._runner.run(running, channel.notify))
            ending = await running.task
            written = await self._writer.finish(running, ending)
            if self._running.get(running.conversation_id) is running:
                del self._running[running.conversation_id]
            running.live.finish(ending if written else _unwritten(running, ending))
            channel.notify()
            running.ended.set()
            if wants_title and written and ending.status == "complete" and not self.draining:
                await self._title(running, channel)

    async def _title(self, running: RunningReply, channel: Channel) -> None:
        title = await self._titles.write(
            running.conversation_id,
            running.endpoint,
            running.live.opening.user_message["content"],
            str(running.live.content),
        )
        if title is not None:
            channel.set_title(title)

    async def drain(self, grace_seconds: float) -> None:
        """Take no more replies; give the running ones some time, then interrupt and save them."""
        self.draining = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_seconds)
        for running in list(self._running.values()):
            running.cancel("interrupted")
        if self._running:
            endings = [asyncio.create_task(r.ended.wait()) for r in self._running.values()]
            await asyncio.wait(endings)

    async def close(self) -> None:
        """Drain without grace and stop writing."""
        await self.drain(grace_seconds=0)
        for task in (*self._tasks, self._writing):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task


def _unwritten(running: RunningReply, ending: Ending) -> Ending:
    """What readers are told when the ending could not be saved, or another process saved one."""
    status: EndStatus = "interrupted" if running.live.has_text else "failed"
    lost = running.cancel_reason == "interrupted"
    return Ending(status, error=Interrupted() if lost else DatabaseUnavailable())
