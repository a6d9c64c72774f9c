"""The use cases of a chat. HTTP, server-sent events and sockets all come in here."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from app.database import Database
from app.errors import (
    BlankMessage,
    InvalidCursor,
    MessageTooLong,
    ReplyInProgress,
    ServerRestarting,
)
from app.models import utc_now
from app.schemas.context import ContextRead
from app.schemas.message import Exchange
from app.services.ai_service import AiService
from app.services.chat import control
from app.services.chat.actions import AS_IT_IS, Continue, Edit, ModelChoice, ReplyAction, Send
from app.services.chat.begin import Attached, Begun, SendRequest, begin
from app.services.chat.preview import Draft, preview, tuning_of
from app.services.conversations.rows import find_owned
from app.services.endpoints.carried import read_carried
from app.services.endpoints.service import ConfigService
from app.services.generation.channel import Channel
from app.services.generation.ended import EndedReplies
from app.services.generation.feed.follower import Follower
from app.services.generation.feed.hints import Hints
from app.services.generation.live_reply import GrowingText, LiveReply
from app.services.generation.running_reply import RunningReply
from app.services.generation.supervisor import Supervisor
from app.services.messages import deletion
from app.services.messages.cursor import Cursor
from app.services.usage.caps import Reservations
from app.services.usage.daily import ReplyLimits
from app.services.usage.slices import Holding
from app.tracing import span
from app.utils.visible import has_visible

MESSAGE_CHARACTERS = 100_000
STOP_SECONDS = 10
STOP_LOOK_SECONDS = 0.1
LOST_REPLY_SECONDS = 5
"""Retry-After for a reply that no process writes: the reaper ends it within a lease."""


class ChatService:
    """Sends, stops and finds replies. Callers hold the conversation's channel meanwhile."""

    def __init__(
        self,
        database: Database,
        ai: AiService,
        configs: ConfigService,
        ended: EndedReplies,
        supervisor: Supervisor,
        follower: Follower,
        hints: Hints,
        limits: Callable[[], ReplyLimits],
        reservations: Reservations,
        retention: Callable[[], timedelta],
    ) -> None:
        self._database = database
        self._ai = ai
        self._configs = configs
        self._ended = ended
        self._supervisor = supervisor
        self._follower = follower
        self._hints = hints
        self._limits = limits
        self._reservations = reservations
        self._retention = retention

    async def begin(
        self,
        user_id: int,
        channel: Channel,
        action: ReplyAction,
        client_id: str | None,
        choice: ModelChoice = AS_IT_IS,
    ) -> LiveReply:
        """Begin the reply that an action asks for; a known `client_id` brings the one it had.

        Raises BlankMessage, MessageTooLong, ClientIdReused, ModelNotConfigured, ModelNotFound,
        ModelGone, ReplyInProgress, TooManyReplies, DailyLimitReached, CapReached,
        ConversationNotFound, MessageNotFound, CannotContinue or ServerRestarting; nothing is stored
        then.
        """
        if isinstance(action, Send | Edit):
            _check_content(action)
        if self._supervisor.draining:
            raise ServerRestarting
        request = SendRequest(
            user_id=user_id,
            conversation_id=channel.conversation_id,
            action=action,
            client_id=client_id,
            owner=self._supervisor.owner,
            default_endpoint=self._configs.default_endpoint(user_id),
            choice=choice,
        )
        begun = await self._supervisor.carry_through(self._begin(channel, request))
        if isinstance(begun, LiveReply):
            return begun
        try:
            return await self.find_reply(channel, begun.message_id, begun.run)
        except InvalidCursor as error:  # its process died, and the reaper has not ended it yet
            raise ReplyInProgress(retry_after=LOST_REPLY_SECONDS) from error

    async def _begin(self, channel: Channel, request: SendRequest) -> LiveReply | Attached:
        with span("send transaction"):
            begun = await self._reservations.begin(partial(self._begin_holding, request))
        if isinstance(begun, Attached):
            return begun
        running = _running(begun, request)
        self._supervisor.start(running, begun.wants_title)
        if begun.title is not None:
            channel.set_title(begun.title)
        return running.live

    async def _begin_holding(self, request: SendRequest, holding: Holding) -> Begun | Attached:
        return await self._database.write(begin, request, self._limits(), holding)

    async def preview(
        self, user_id: int, conversation_id: int, said: Send, choice: ModelChoice
    ) -> ContextRead:
        """What a model would be sent if this were said now; nothing is stored.

        Raises as `begin` does, save what is about replies that the user has elsewhere.
        """
        _check_content(said)
        draft = Draft(
            conversation_id, said, choice, self._configs.default_endpoint(user_id), self._limits()
        )
        return await read_carried(self._database, preview, user_id, draft)

    async def activate(self, user_id: int, channel: Channel, message_id: int) -> None:
        """Show another version of a message, with the newest messages under it, to all readers."""
        leaf_id = await self._database.write(
            control.activate, user_id, channel.conversation_id, message_id
        )
        self._show(channel, leaf_id)

    async def remove(self, user_id: int, channel: Channel, message_id: int) -> None:
        """Take a message and all that answers it out of sight, for all readers.

        A reply that is written there is stopped first. Raises MessageNotFound,
        ConversationNotFound, and ReplyInProgress where that reply does not end.
        """
        where = user_id, channel.conversation_id
        try:
            async with asyncio.timeout(STOP_SECONDS):
                while not (gone := await self._database.write(deletion.remove, *where, message_id)):
                    await self.stop(*where)
                    await self._ended_in(channel)
        except TimeoutError as error:
            raise ReplyInProgress(retry_after=LOST_REPLY_SECONDS) from error
        self._show(channel, gone.leaf_id)

    async def restore(self, user_id: int, channel: Channel, message_id: int) -> None:
        """Undo the deletion of a message, for all readers.

        Raises MessageNotFound, MessageDeleted, ConversationNotFound or ReplyInProgress.
        """
        since = utc_now() - self._retention()
        leaf_id = await self._database.write(
            deletion.restore, user_id, channel.conversation_id, message_id, since
        )
        if leaf_id is not None:
            self._show(channel, leaf_id)

    def _show(self, channel: Channel, leaf_id: int) -> None:
        """Other versions are shown, down to this message: readers are told, wherever they are."""
        channel.set_leaf(leaf_id)
        self._hints.elsewhere(channel.conversation_id)

    async def _ended_in(self, channel: Channel) -> None:
        """Wait until the reply that runs in a conversation has ended, or may have."""
        await self._follower.look([channel])
        if channel.reply is None or channel.reply.ending is not None:
            await asyncio.sleep(STOP_LOOK_SECONDS)  # it is of a process that has died
        else:
            await channel.changed()

    async def find_reply(
        self, channel: Channel, message_id: int, run: int | None = None
    ) -> LiveReply:
        """The reply with this id, running anywhere or ended; InvalidCursor when there is none.

        A reply whose ending could not be saved yet is found only by its `run` (None: any).
        """
        for _ in range(2):
            live = channel.reply
            if live is not None and (live.message_id != message_id or live.ending is not None):
                live = None
            reply = live or await self._ended_reply(channel, message_id)
            if reply is not None:
                return reply
            await self._follower.look([channel])
        live = channel.reply
        if live is not None and live.message_id == message_id and run in (None, live.run):
            return live
        raise InvalidCursor

    async def _ended_reply(self, channel: Channel, message_id: int) -> LiveReply | None:
        """A reply as it is stored, or the live object when readers were shown the same ending."""
        kept = await self._ended.find(channel.conversation_id, message_id)
        live = channel.reply
        if kept is None or live is None or live.ending is None or kept.ending is None:
            return kept
        same = (live.message_id, live.run) == (kept.message_id, kept.run)
        return live if same and live.ending.status == kept.ending.status else kept

    async def exchange(self, conversation_id: int, reply: LiveReply) -> Exchange:
        """A reply that has ended, and the message it answers; MessageNotFound when it is gone."""
        return await self._ended.exchange(conversation_id, reply)

    async def attach(
        self, user_id: int, channel: Channel, last_event_id: str | None
    ) -> tuple[LiveReply, Cursor] | None:
        """Bring the channel up to date, and find the reply that a reader left at a cursor.

        Raises ConversationNotFound for another user's conversation, InvalidCursor for a cursor that
        does not belong to this one.
        """
        self._ai.prepare()
        await self._database.read(find_owned, user_id, channel.conversation_id)
        await self._follower.look([channel])
        if last_event_id is None:
            return None
        cursor = Cursor.parse(last_event_id)
        if cursor is None:
            raise InvalidCursor
        return await self.find_reply(channel, cursor.message_id), cursor

    async def delete(self, user_id: int, conversation_id: int) -> None:
        """Take a conversation out of sight; its running reply is stopped, its rows are kept."""
        since = utc_now() - self._retention()
        await self._database.write(control.delete, user_id, conversation_id, since)
        self._cancel(conversation_id)
        self._hints.elsewhere(conversation_id)

    async def stop(self, user_id: int, conversation_id: int) -> None:
        """End the conversation's running reply, in whatever process; no reply, no change."""
        await self._database.write(control.request_stop, user_id, conversation_id)
        self._cancel(conversation_id)

    def _cancel(self, conversation_id: int) -> None:
        running = self._supervisor.find(conversation_id)
        if running is not None:
            running.cancel("stopped")


def _check_content(action: Send | Edit) -> None:
    if len(action.content) > MESSAGE_CHARACTERS:
        raise MessageTooLong(limit=MESSAGE_CHARACTERS)
    # An edit without a word about files has those of the message before, which are found later.
    if action.attachments == () and not has_visible(action.content):
        raise BlankMessage


def _running(begun: Begun, request: SendRequest) -> RunningReply:
    turn = begun.turn
    live = LiveReply(
        turn.reply.id,
        begun.opening,
        GrowingText(turn.content),
        GrowingText(turn.reasoning),
        run=turn.run,
    )
    return RunningReply(
        begun.generation_id,
        request.owner,
        turn.reply.id,
        request.conversation_id,
        request.user_id,
        begun.endpoint,
        live,
        begun.outgoing,
        continues=isinstance(request.action, Continue),
        spent=turn.reply.usage,
        spent_nano=turn.cost_nano,
        title_model_id=begun.title_model_id,
        tuning=tuning_of(begun.params, begun.endpoint),
        held=begun.held,
    )
