"""How a request for a reply is answered: with the reply once it has ended, or with its events."""

from typing import Annotated

from fastapi import Depends, Header, Request, Response

from app.dependencies.services import LanguageDep, ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.streaming import EVENT_STREAM, EventStream
from app.schemas.fields import ClientId
from app.schemas.message import Exchange
from app.services.generation.viewer import Viewer
from app.services.turns import Action

REFUSALS = (401, 404, 409, 413, 422, 429, 503)


class Replying:
    """One request that has a reply written, whatever it asks for."""

    def __init__(
        self,
        request: Request,
        user: CurrentUser,
        services: ServicesDep,
        language: LanguageDep,
        idempotency_key: Annotated[ClientId | None, Header()] = None,
    ) -> None:
        self.user_id = user.id
        self._services = services
        self._language = language
        self._client_id = idempotency_key
        self._streams = EVENT_STREAM in request.headers.get("accept", "")

    async def answer(self, conversation_id: int, action: Action) -> Exchange | Response:
        """Begin the reply; wait for its end, or stream it where the client accepts events."""
        channels, chat = self._services.channels, self._services.chat
        with channels.use(conversation_id) as channel:
            viewer = Viewer(channel, self._language)
            reply = await chat.begin(self.user_id, channel, action, self._client_id, self._language)
            if self._streams:
                channels.enter(conversation_id)  # left when the stream ends
                return EventStream(channels, viewer, reply)
            while reply.ending is None:
                await channel.changed()
        return await self._services.messages.exchange(
            conversation_id, reply.message_id, self._language
        )


ReplyingDep = Annotated[Replying, Depends()]
