"""How a request for a reply is answered: with the reply once it has ended, or with its events."""

from contextlib import ExitStack
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from app.connections.streams import StreamRegister
from app.dependencies.user import CurrentUser
from app.errors import Language
from app.routers.http.streaming import EVENT_STREAM, EventStream
from app.routers.words import worded
from app.schemas.asking import MessageCreate, ReplyOptions
from app.schemas.fields import ClientId
from app.schemas.message import Exchange
from app.services.auth.account import Account
from app.services.chat.actions import Edit, ModelChoice, ReplyAction, Send
from app.services.container import Services
from app.state import app_state
from app.utils.language import preferred_language

REFUSALS = (401, 404, 409, 413, 422, 429, 503)


def send_of(body: MessageCreate) -> Send:
    """What a body says, as something new."""
    return Send(body.content, tuple(body.attachment_ids or ()))


def edit_of(message_id: int, body: MessageCreate) -> Edit:
    """What a body says, instead of a message."""
    given = body.attachment_ids
    return Edit(message_id, body.content, None if given is None else tuple(given))


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
    idempotency_key: Annotated[ClientId | None, Header()] = None,
) -> Replying:
    """The request as one for a reply. A class as a dependency would be made in a thread."""
    state = app_state(request.scope)
    language = preferred_language(request.headers.get("accept-language"))
    wants_events = EVENT_STREAM in request.headers.get("accept", "")
    streams = state.connections.streams
    return Replying(user, state.services, streams, language, idempotency_key, wants_events)


ReplyingDep = Annotated[Replying, Depends(get_replying)]
