"""`/messages/{id}`: other versions of what was said."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from app.dependencies.paging import BeforeId, Limit
from app.dependencies.services import LanguageDep, ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.replying import REFUSALS, ReplyingDep
from app.routers.http.responses import Responses, errors
from app.routers.http.streaming import STREAMED
from app.routers.words import worded
from app.schemas.asking import MessageCreate, ReplyOptions
from app.schemas.context import MessageContexts
from app.schemas.fields import Id
from app.schemas.message import Exchange, MessagePage, MessageVersions
from app.services.chat.actions import Continue, Edit, Regenerate

MessageId = Annotated[Id, Path(alias="id")]
WRITTEN: Responses = STREAMED | errors(*REFUSALS)

router = APIRouter(prefix="/messages/{id}", tags=["messages"])


async def get_conversation_id(id: MessageId, user: CurrentUser, services: ServicesDep) -> int:
    """The conversation of a message of the user's; MessageNotFound for a stranger's."""
    return await services.messages.locate(user.id, id)


ItsConversation = Annotated[int, Depends(get_conversation_id)]


@router.post("/regenerate", response_model=Exchange, responses=WRITTEN)
async def regenerate(
    id: MessageId,
    conversation_id: ItsConversation,
    reply: ReplyingDep,
    body: ReplyOptions | None = None,
) -> object:
    """Have another reply written beside this one."""
    return await reply.answer(conversation_id, Regenerate(id), body)


@router.post("/continue", response_model=Exchange, responses=WRITTEN)
async def continue_reply(
    id: MessageId,
    conversation_id: ItsConversation,
    reply: ReplyingDep,
    body: ReplyOptions | None = None,
) -> object:
    """Have the model go on in a reply that was broken off."""
    return await reply.answer(conversation_id, Continue(id), body)


@router.post("/edit", response_model=Exchange, responses=WRITTEN)
async def edit(
    id: MessageId, body: MessageCreate, conversation_id: ItsConversation, reply: ReplyingDep
) -> object:
    """Say something else instead of this message, and have that answered."""
    return await reply.answer(conversation_id, Edit(id, body.content), body)


@router.get("/versions", responses=errors(401, 404, 422, 429))
async def list_versions(
    id: MessageId,
    conversation_id: ItsConversation,
    services: ServicesDep,
    language: LanguageDep,
    limit: Limit = 50,
    before_id: BeforeId = None,
) -> MessageVersions:
    """The newest versions of this message below `before_id`, itself included, oldest first."""
    return worded(await services.messages.versions(id, limit, before_id), language)


@router.get("/context", responses=errors(401, 404, 422, 429))
async def get_context(
    id: MessageId, conversation_id: ItsConversation, services: ServicesDep
) -> MessageContexts:
    """What a model was sent for this reply, as it was written down when it ended."""
    return await services.messages.contexts(id)


@router.post("/activate", responses=errors(401, 404, 409, 422, 429))
async def activate(
    id: MessageId,
    conversation_id: ItsConversation,
    user: CurrentUser,
    services: ServicesDep,
    language: LanguageDep,
) -> MessagePage:
    """Show this version and the newest messages under it; the end of the history as it is then."""
    with services.open_conversation(user.id, conversation_id) as live:
        await live.activate(id)
    return worded(await services.messages.page(user.id, conversation_id, 50, None), language)
