"""Owns the running replies of this process: each has a task, an end and a last write."""

import asyncio
import secrets
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.database import Database
from app.errors import AppError, DatabaseUnavailable, Interrupted, ReplyError
from app.logs import log
from app.metrics import replies, replies_lost, upstream_errors
from app.services.conversations.titles import TitleService
from app.services.endpoints.quirks import keep
from app.services.endpoints.windows import learn
from app.services.generation.channel import Channel, Channels
from app.services.generation.feed.hints import Hints
from app.services.generation.feed.publisher import Publisher
from app.services.generation.ledger import ReplyLedger
from app.services.generation.live_reply import Ending
from app.services.generation.runner import Runner
from app.services.generation.running_reply import RunningReply
from app.services.generation.writer import Writer, WriteResult
from app.services.upstream.quirks import known, with_pictures_refused
from app.tracing import span
from app.utils.tasks import stop_tasks

LEARN_SECONDS = 1
"""Seconds that a reply's end waits for what was learned of its model to be kept."""
SAVE_SECONDS = 2
"""Seconds that a shutdown leaves for the last write; with the database away, more saves nothing."""


class Supervisor:
    """Starts replies, stops them, and sees every one of them to its end.

    `owner` names this process in the rows of the replies it writes.
    """

    def __init__(
        self,
        database: Database,
        channels: Channels,
        runner: Runner,
        ledger: ReplyLedger,
        titles: TitleService,
        publisher: Publisher,
        hints: Hints,
        settings: Settings,
    ) -> None:
        self.owner = secrets.token_hex(16)
        self.draining = False
        self._database = database
        self._channels = channels
        self._runner = runner
        self._ledger = ledger
        self._titles = titles
        self._publisher = publisher
        self._hints = hints
        self._running: dict[int, RunningReply] = {}
        self._carried: set[RunningReply] = set()
        self._beginning: set[asyncio.Task[Any]] = set()
        self._idle = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._save_until: float | None = None
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

    async def carry_through[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Await the work that begins a reply. It goes on when its caller leaves, so that committed
        rows get their reply."""
        task = asyncio.create_task(work)
        self._beginning.add(task)
        task.add_done_callback(self._begun)
        return await asyncio.shield(task)

    def _begun(self, task: asyncio.Task[Any]) -> None:
        self._beginning.discard(task)
        if not task.cancelled():
            task.exception()  # its caller has it, or left
        self._tell_if_idle()

    def start(self, running: RunningReply, wants_title: bool) -> None:
        """Let a reply run whose row was just committed. Its readers see it at once."""
        self._running[running.conversation_id] = running
        self._spawn(self._carry(running, wants_title))

    def find(self, conversation_id: int) -> RunningReply | None:
        """The reply that this process is writing into the conversation."""
        return self._running.get(conversation_id)

    @property
    def running_count(self) -> int:
        """How many replies run here, those included whose ending is being written."""
        return len(self._carried)

    @property
    def answers_for(self) -> set[int]:
        """The generations that this process knows, by id; others of its name are nobody's."""
        return self._writer.generation_ids | {running.generation_id for running in self._carried}

    def lean_on_process(self, enough: bool) -> None:
        """Whether the sign of life of this process is `enough` for its replies."""
        self._writer.moves_beats = not enough

    @property
    def checkpoint_lag(self) -> float:
        """How long ago the running replies were last saved, in seconds."""
        return self._writer.lag

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = _started(work)
        if not task.done():
            self._tasks.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("reply_task_failed", error)

    async def _carry(self, running: RunningReply, wants_title: bool) -> None:
        """One reply from its first reader to its last commit; nothing cancels this task."""
        with self._channels.use(running.conversation_id) as channel:
            self._carried.add(running)
            channel.set_reply(running.live, running.generation_id)
            self._writer.add(running)
            self._publisher.add(running)
            self._hints.elsewhere(running.conversation_id)
            ending, outcome = await self._written(running, channel)
            if self._running.get(running.conversation_id) is running:
                del self._running[running.conversation_id]
            self._carried.discard(running)
            ending = replace(ending, warning=self._ledger.free(running))
            running.live.finish(ending if outcome == "saved" else _unwritten(running, outcome))
            _count(ending, outcome)
            channel.notify()
            self._publisher.remove(running)
            self._hints.elsewhere(running.conversation_id)
            self._tell_if_idle()
            complete = outcome == "saved" and ending.status == "complete"
            if wants_title and complete and not self.draining:
                await self._title(running, channel)

    async def _written(self, running: RunningReply, channel: Channel) -> tuple[Ending, WriteResult]:
        with span("reply") as notes:
            running.task = _started(self._runner.run(running, channel.notify))
            if self._save_until is not None:  # on its way into the database when all were cut off
                running.cancel("interrupted")
            ending = await self._ledger.settle(running, await running.task)
            notes["chat.reply.status"] = ending.status
            if ending.error is not None:
                notes["error.type"] = ending.error.code
            outcome = await self._writer.finish(running, ending)
            self._ledger.ended()
            if outcome == "saved" and not self.draining:
                await self._learn(running)
                await self._keep_quirks(running)
            return ending, outcome

    async def _learn(self, running: RunningReply) -> None:
        """Keep what this reply has shown of its model: before its readers may ask for the next."""
        learned = running.learned
        if learned is None or (learned.is_guess and not running.has_grown):
            return
        try:
            async with asyncio.timeout(LEARN_SECONDS):
                await learn(self._database, running.user_id, running.endpoint.model_key, learned)
        except (AppError, SQLAlchemyError, TimeoutError) as error:
            log.info("window_not_kept", cause=type(error).__name__)

    async def _keep_quirks(self, running: RunningReply) -> None:
        """Keep which parameters its server does not take, and whether pictures, as above."""
        quirks = running.tuning.learned if running.tuning else None
        if running.refused_pictures and running.has_grown:
            kept = running.endpoint.quirks
            now = time.time()
            known_now = quirks or known(orjson.loads(kept) if kept else None, now)
            quirks = with_pictures_refused(known_now, now)
        model_id = running.endpoint.model_id
        if not quirks or model_id is None:
            return
        try:
            async with asyncio.timeout(LEARN_SECONDS):
                await keep(self._database, running.user_id, model_id, quirks)
        except (AppError, SQLAlchemyError, TimeoutError) as error:
            log.info("quirks_not_kept", cause=type(error).__name__)

    async def _title(self, running: RunningReply, channel: Channel) -> None:
        title = await self._titles.write(
            running.conversation_id,
            running.endpoint,
            running.title_model_id,
            _question(running.live.opening.user_message),
            str(running.live.content),
        )
        if title is not None:
            channel.set_title(title)
            self._hints.elsewhere(running.conversation_id)

    async def drain(self, grace_seconds: float) -> None:
        """Take no more replies; give the running ones some time, then interrupt and save them."""
        self.draining = True
        await self._all_ended(grace_seconds)
        await self._interrupt_all()

    async def _interrupt_all(self) -> None:
        now = asyncio.get_running_loop().time()
        self._save_until = self._save_until or now + SAVE_SECONDS
        for running in list(self._carried):
            running.cancel("interrupted")
        await self._all_ended(max(0, self._save_until - now))

    async def _all_ended(self, timeout_seconds: float) -> None:
        self._idle.clear()
        self._tell_if_idle()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._idle.wait()

    def _tell_if_idle(self) -> None:
        if not (self._beginning or self._carried):
            self._idle.set()

    async def close(self) -> None:
        """Interrupt and save what still runs, and stop writing."""
        self.draining = True
        await self._interrupt_all()
        await stop_tasks(*self._tasks)
        if self._writing is not None:
            await stop_tasks(self._writing)


def _question(message: dict[str, Any]) -> str:
    """What was asked, in words: of files alone, their names."""
    names = [file["name"] for file in message.get("attachments", ())]
    return str(message["content"]).strip() or ", ".join(names)


def _started[T](work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """A task that has run to its first await.

    The new reply must be in its channel when `start` returns; and a task cancelled before its first
    step would never handle that.
    """
    return asyncio.Task(work, loop=asyncio.get_running_loop(), eager_start=True)


def _count(ending: Ending, outcome: WriteResult) -> None:
    replies.add(ending.status if outcome == "saved" else outcome)
    if outcome != "saved":
        replies_lost.add("unsaved")
    elif isinstance(ending.error, Interrupted):
        replies_lost.add("interrupted")
    elif isinstance(ending.error, ReplyError):
        upstream_errors.add(ending.error.code)


def _unwritten(running: RunningReply, outcome: WriteResult) -> Ending:
    """What readers are told when the ending could not be saved, or another process saved one."""
    error = Interrupted() if outcome == "lost" else DatabaseUnavailable()
    return Ending.broken(running.live.has_text, error)
