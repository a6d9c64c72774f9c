"""Messages over HTTP: history, sending, stopping, and the reply as server-sent events."""

from contextlib import ExitStack
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse

from app.dependencies.auth import CurrentClaims
from app.dependencies.conversation import ConversationId
from app.dependencies.paging import InHistory, Limit
from app.dependencies.services import LanguageDep, ServicesDep, StreamsDep
from app.dependencies.user import CurrentUser
from app.routers.http.replying import REFUSALS, ReplyingDep, send_of
from app.routers.http.responses import Responses, errors
from app.routers.http.streaming import STREAMED, EventStream
from app.routers.words import worded
from app.schemas.asking import MessageCreate
from app.schemas.context import ContextRead
from app.schemas.message import Exchange, MessagePage
from app.services.chat.actions import ModelChoice

router = APIRouter(prefix="/conversations/{id}", tags=["chat"])

NOTHING: Responses = {204: {"description": "Nothing is running"}}


@router.get("/messages", responses=errors(401, 404, 422, 429))
async def list_messages(
    id: ConversationId,
    claims: CurrentClaims,
    services: ServicesDep,
    language: LanguageDep,
    place: InHistory,
    limit: Limit = 50,
) -> MessagePage:
    """Messages before one of them, after it or around it, oldest first; else the newest."""
    return worded(await services.messages.page(claims, id, limit, place), language)


@router.post("/messages", response_model=Exchange, responses=STREAMED | errors(*REFUSALS))
async def send_message(id: ConversationId, body: MessageCreate, reply: ReplyingDep) -> object:
    """Say something and wait for the reply, which streams over every open socket meanwhile.

    With `Accept: text/event-stream` the answer is the reply's events.
    """
    return await reply.answer(id, send_of(body), body)


@router.post("/context", responses=errors(401, 404, 409, 413, 422, 429))
async def preview_context(
    id: ConversationId, body: MessageCreate, user: CurrentUser, services: ServicesDep
) -> ContextRead:
    """What a model would be sent if this were said now; nothing is stored, and no model asked."""
    return await services.chat.preview(user.id, id, send_of(body), ModelChoice.of(body))


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses=STREAMED | NOTHING | errors(401, 404, 422, 429),
)
async def follow_reply(
    id: ConversationId,
    user: CurrentUser,
    services: ServicesDep,
    streams: StreamsDep,
    language: LanguageDep,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """The running reply as server-sent events; 204 when none runs.

    With `Last-Event-ID` it goes on after that place, also in a reply that has ended.
    """
    with ExitStack() as held:
        ended = held.enter_context(streams.opened(user.session_id, user.id))
        live = held.enter_context(services.open_conversation(user.id, id))
        events = await live.resume(last_event_id)
        if events is None:
            return Response(status_code=204)  # tells an EventSource not to reconnect
        return EventStream(events, ended, language, held.pop_all())


@router.post("/stop", status_code=204, responses=errors(401, 404, 422))
async def stop_reply(id: ConversationId, user: CurrentUser, services: ServicesDep) -> None:
    """End the running reply and keep what was said; nothing running: nothing happens."""
    await services.chat.stop(user.id, id)
