"""Messages over HTTP: history, sending, stopping, and the reply as server-sent events."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from app.dependencies.conversation import ConversationId, OwnedConversation
from app.dependencies.services import LanguageDep, ServicesDep
from app.dependencies.user import CurrentUser
from app.errors import Language
from app.routers.responses import Responses, errors
from app.routers.streaming import EVENT_STREAM, event_stream
from app.schemas.fields import ClientId, Id
from app.schemas.message import Exchange, MessageCreate, MessagePage
from app.services.container import Services

router = APIRouter(prefix="/conversations/{id}", tags=["chat"])

STREAMED: Responses = {200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}}
NOTHING: Responses = {204: {"description": "Nothing is running"}}


@router.get("/messages", responses=errors(401, 404, 422, 429))
async def list_messages(
    conversation: OwnedConversation,
    services: ServicesDep,
    language: LanguageDep,
    limit: Annotated[Id, Query(le=200)] = 50,
    before_id: Annotated[Id | None, Query()] = None,
) -> MessagePage:
    """The newest messages below `before_id`, oldest first."""
    return await services.messages.page(conversation.id, limit, before_id, language)


@router.post(
    "/messages",
    response_model=Exchange,
    responses=STREAMED | errors(401, 404, 409, 413, 422, 429, 503),
)
async def send_message(
    id: ConversationId,
    body: MessageCreate,
    request: Request,
    user: CurrentUser,
    services: ServicesDep,
    language: LanguageDep,
    idempotency_key: Annotated[ClientId | None, Header()] = None,
) -> Exchange | Response:
    """Say something and wait for the reply, which streams over every open socket meanwhile.

    With `Accept: text/event-stream` the answer is the reply's events.
    """
    if EVENT_STREAM in request.headers.get("accept", ""):
        return await _streamed(id, body.content, user.id, services, language, idempotency_key)
    with services.channels.use(id) as channel:
        reply = await services.chat.send(user.id, channel, body.content, idempotency_key, language)
        while reply.ending is None:
            await channel.changed()
    return await services.messages.exchange(id, reply.message_id, language)


async def _streamed(
    conversation_id: int,
    content: str,
    user_id: int,
    services: Services,
    language: Language,
    client_id: str | None,
) -> Response:
    channel = services.channels.enter(conversation_id)
    try:
        reply = await services.chat.send(user_id, channel, content, client_id, language)
    except BaseException:
        services.channels.leave(channel)
        raise
    return event_stream(services.channels, channel, language, reply, None)


@router.get("/stream", responses=STREAMED | NOTHING | errors(401, 404, 422, 429))
async def follow_reply(
    id: ConversationId,
    user: CurrentUser,
    services: ServicesDep,
    language: LanguageDep,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """The running reply as server-sent events; 204 when none runs.

    With `Last-Event-ID` it goes on after that place, also in a reply that has ended.
    """
    channel = services.channels.enter(id)
    try:
        place = await services.chat.attach(user.id, channel, last_event_id, language)
    except BaseException:
        services.channels.leave(channel)
        raise
    if place is not None:
        return event_stream(services.channels, channel, language, *place)
    if channel.reply is not None and channel.reply.ending is None:
        return event_stream(services.channels, channel, language, channel.reply, None)
    services.channels.leave(channel)
    return Response(status_code=204)


@router.post("/stop", status_code=204, responses=errors(401, 404, 422))
async def stop_reply(id: ConversationId, user: CurrentUser, services: ServicesDep) -> None:
    """End the running reply and keep what was said; nothing running: nothing happens."""
    await services.chat.stop(user.id, id)
