"""Messages over HTTP: history, sending, stopping, and the reply as server-sent events."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from app.dependencies.conversation import ConversationId, OwnedConversation
from app.dependencies.services import LanguageDep, ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.replying import REFUSALS, ReplyingDep
from app.routers.responses import Responses, errors
from app.routers.streaming import STREAMED, event_stream
from app.schemas.fields import Id
from app.schemas.message import Exchange, MessageCreate, MessagePage
from app.services.turns import Send

router = APIRouter(prefix="/conversations/{id}", tags=["chat"])

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


@router.post("/messages", response_model=Exchange, responses=STREAMED | errors(*REFUSALS))
async def send_message(id: ConversationId, body: MessageCreate, reply: ReplyingDep) -> object:
    """Say something and wait for the reply, which streams over every open socket meanwhile.

    With `Accept: text/event-stream` the answer is the reply's events.
    """
    return await reply.answer(id, Send(body.content))


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
