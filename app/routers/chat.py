"""Messages over HTTP: history, sending, stopping, and the reply as server-sent events."""

from contextlib import ExitStack
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from app.dependencies.conversation import ConversationId, OwnedConversation
from app.dependencies.services import LanguageDep, ServicesDep, StreamsDep
from app.dependencies.user import CurrentUser
from app.routers.http.replying import REFUSALS, ReplyingDep
from app.routers.http.responses import Responses, errors
from app.routers.http.streaming import STREAMED, EventStream
from app.schemas.fields import AsWritten, Id
from app.schemas.message import Exchange, MessageCreate, MessagePage
from app.services.chat.actions import Send
from app.services.generation.live_reply import LiveReply
from app.services.generation.viewer import Viewer
from app.services.messages.cursor import Cursor

router = APIRouter(prefix="/conversations/{id}", tags=["chat"])

NOTHING: Responses = {204: {"description": "Nothing is running"}}


@router.get("/messages", responses=errors(401, 404, 422, 429))
async def list_messages(
    conversation: OwnedConversation,
    services: ServicesDep,
    language: LanguageDep,
    limit: Annotated[int, Field(ge=1, le=200), AsWritten, Query()] = 50,
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
        channel = held.enter_context(services.channels.use(id))
        place = await services.chat.attach(user.id, channel, last_event_id, language)
        reply, cursor = place or (channel.reply, None)
        if reply is not None and reply.ending is not None and not _has_more(reply, cursor):
            reply, cursor = channel.reply, None  # another one may run by now
        if reply is None or (reply.ending is not None and not _has_more(reply, cursor)):
            return Response(status_code=204)  # to an EventSource: do not come back
        viewer = Viewer(channel, language)
        return EventStream(viewer.only(reply, cursor), ended, language, held.pop_all())


def _has_more(reply: LiveReply, cursor: Cursor | None) -> bool:
    return cursor is not None and reply.goes_beyond(cursor)


@router.post("/stop", status_code=204, responses=errors(401, 404, 422))
async def stop_reply(id: ConversationId, user: CurrentUser, services: ServicesDep) -> None:
    """End the running reply and keep what was said; nothing running: nothing happens."""
    await services.chat.stop(user.id, id)
