"""How a request for a reply is answered: with the reply once it has ended, or with its events."""

from contextlib import ExitStack
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from app.connections.streams import StreamRegister
from app.dependencies.services import LanguageDep, ServicesDep, StreamsDep
from app.dependencies.user import CurrentUser
from app.errors import Language
from app.routers.http.streaming import EVENT_STREAM, EventStream
from app.routers.words import worded
from app.schemas.asking import ReplyOptions
from app.schemas.fields import ClientId
from app.schemas.message import Exchange
from app.services.auth.sessions import Account
from app.services.chat.actions import ModelChoice, ReplyAction
from app.services.container import Services

REFUSALS = (401, 404, 409, 413, 422, 429, 503)


class Replying:
    """One request that has a reply written, whatever it asks for."""

    def __init__(
        self,
        user: Account,
        services: Services,
        streams: StreamRegister,
        language: Language,
        client_id: str | None,
        wants_events: bool,
    ) -> None:
        self._user = user
        self._streams = streams
        self._services = services
        self._language = language
        self._client_id = client_id
        self._wants_events = wants_events

    async def answer(
        self, conversation_id: int, action: ReplyAction, options: ReplyOptions | None
    ) -> Exchange | Response:
        """Begin the reply; wait for its end, or stream it where the client accepts events."""
        user, language = self._user, self._language
        with ExitStack() as held:
            ended = None
            if self._wants_events:
                ended = held.enter_context(self._streams.opened(user.session_id, user.id))
            live = held.enter_context(self._services.open_conversation(user.id, conversation_id))
            reply = await live.begin(action, self._client_id, ModelChoice.of(options))
            if ended is not None:
                return EventStream(live.events_of(reply), ended, language, held.pop_all())
            with self._streams.opened(user.session_id) as over:
                await live.ended(reply, over)
        return worded(await self._services.chat.exchange(conversation_id, reply), language)


async def get_replying(
    request: Request,
    user: CurrentUser,
    services: ServicesDep,
    streams: StreamsDep,
    language: LanguageDep,
    idempotency_key: Annotated[ClientId | None, Header()] = None,
) -> Replying:
    """The request as one for a reply. A class as a dependency would be made in a thread."""
    wants_events = EVENT_STREAM in request.headers.get("accept", "")
    return Replying(user, services, streams, language, idempotency_key, wants_events)


ReplyingDep = Annotated[Replying, Depends(get_replying)]
