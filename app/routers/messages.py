"""`/messages/{id}`: other versions of what was said."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from app.dependencies.auth import CurrentClaims
from app.dependencies.paging import BeforeId, Limit
from app.dependencies.services import LanguageDep, ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.replying import REFUSALS, ReplyingDep, edit_of
from app.routers.http.responses import Responses, errors
from app.routers.http.streaming import STREAMED
from app.routers.words import worded
from app.schemas.asking import MessageCreate, ReplyOptions
from app.schemas.context import MessageContexts
from app.schemas.conversation import ConversationRead
from app.schemas.fields import Id
from app.schemas.message import Exchange, MessagePage, MessageVersions
from app.services.chat.actions import Continue, Regenerate

MessageId = Annotated[Id, Path(alias="id")]
WRITTEN: Responses = STREAMED | errors(*REFUSALS)

router = APIRouter(prefix="/messages/{id}", tags=["messages"])


async def get_conversation_id(id: MessageId, user: CurrentUser, services: ServicesDep) -> int:
    """The conversation of a message of the user's; MessageNotFound for a stranger's."""
    return await services.messages.locate(user.id, id)


ItsConversation = Annotated[int, Depends(get_conversation_id)]


async def get_conversation_of_any(id: MessageId, user: CurrentUser, services: ServicesDep) -> int:
    """The conversation of a message of the user's, also of one that was deleted."""
    return await services.messages.locate(user.id, id, deleted=True)


# Also for what is repeated: it has been done, whatever was deleted since.
ConversationOfAny = Annotated[int, Depends(get_conversation_of_any)]


@router.delete("", status_code=204, responses=errors(401, 404, 409, 422, 429))
async def delete_message(
    id: MessageId, conversation_id: ItsConversation, user: CurrentUser, services: ServicesDep
) -> None:
    """Delete a message with all that answers it, or one version. It can be restored for some
    days."""
    with services.open_conversation(user.id, conversation_id) as live:
        await live.remove(id)


@router.post("/restore", responses=errors(401, 404, 409, 422, 429))
async def restore_message(
    id: MessageId,
    conversation_id: ConversationOfAny,
    user: CurrentUser,
    claims: CurrentClaims,
    services: ServicesDep,
    language: LanguageDep,
) -> MessagePage:
    """Undo that; the end of the history as it is then."""
    with services.open_conversation(user.id, conversation_id) as live:
        await live.restore(id)
    return worded(await services.messages.page(claims, conversation_id, 50), language)


@router.post("/branch", status_code=201, responses=errors(401, 404, 409, 422, 429))
async def branch_conversation(
    id: MessageId, user: CurrentUser, services: ServicesDep
) -> ConversationRead:
    """Begin a conversation with what was said up to here."""
    conversation_id = await services.messages.branch(user.id, id)
    return await services.conversations.get(user.id, conversation_id)


@router.post("/regenerate", response_model=Exchange, responses=WRITTEN)
async def regenerate(
    id: MessageId,
    conversation_id: ConversationOfAny,
    reply: ReplyingDep,
    body: ReplyOptions | None = None,
) -> object:
    """Have another reply written beside this one, or a reply to this message, which has none."""
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
    id: MessageId, body: MessageCreate, conversation_id: ConversationOfAny, reply: ReplyingDep
) -> object:
    """Say something else instead of this message, and have that answered."""
    return await reply.answer(conversation_id, edit_of(id, body), body)


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
    claims: CurrentClaims,
    services: ServicesDep,
    language: LanguageDep,
) -> MessagePage:
    """Show this version and the newest messages under it; the end of the history as it is then."""
    with services.open_conversation(user.id, conversation_id) as live:
        await live.activate(id)
    return worded(await services.messages.page(claims, conversation_id, 50), language)
