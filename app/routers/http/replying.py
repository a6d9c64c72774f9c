"""How a request for a reply is answered: with the reply once it has ended, or with its events."""

from contextlib import ExitStack
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from app.dependencies.services import LanguageDep, ServicesDep, StreamsDep
from app.dependencies.user import CurrentUser
from app.routers.http.streaming import EVENT_STREAM, EventStream
from app.schemas.fields import ClientId
from app.schemas.message import Exchange
from app.services.chat.actions import ReplyAction
from app.services.generation.channel import Channel
from app.services.generation.live_reply import LiveReply
from app.services.generation.viewer import Viewer

REFUSALS = (401, 404, 409, 413, 422, 429, 503)


class Replying:
    """One request that has a reply written, whatever it asks for."""

    def __init__(
        self,
        request: Request,
        user: CurrentUser,
        services: ServicesDep,
        streams: StreamsDep,
        language: LanguageDep,
        idempotency_key: Annotated[ClientId | None, Header()] = None,
    ) -> None:
        self._user = user
        self._streams = streams
        self._services = services
        self._language = language
        self._client_id = idempotency_key
        self._wants_events = EVENT_STREAM in request.headers.get("accept", "")

    async def answer(self, conversation_id: int, action: ReplyAction) -> Exchange | Response:
        """Begin the reply; wait for its end, or stream it where the client accepts events."""
        channels, chat = self._services.channels, self._services.chat
        with ExitStack() as held:
            ended = None
            if self._wants_events:
                user = self._user
                ended = held.enter_context(self._streams.opened(user.session_id, user.id))
            channel = held.enter_context(channels.use(conversation_id))
            viewer = Viewer(channel, self._language)
            reply = await chat.begin(
                self._user.id, channel, action, self._client_id, self._language
            )
            if ended is not None:
                return EventStream(viewer.only(reply), ended, self._language, held.pop_all())
            await self._ended(channel, reply)
        return await self._services.chat.exchange(conversation_id, reply, self._language)

    async def _ended(self, channel: Channel, reply: LiveReply) -> None:
        """Wait for the end of the reply; InvalidToken when the session ends before."""
        with self._streams.opened(self._user.session_id) as ended:
            ended.add_done_callback(lambda _: channel.notify())
            while reply.ending is None and not ended.done():
                await channel.changed()
            if reply.ending is None:
                raise ended.result()


ReplyingDep = Annotated[Replying, Depends()]
