"""`/conversations`: made, listed, changed, deleted, restored."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.dependencies.conversation import ConversationId, OwnedConversation
from app.dependencies.paging import BeforeId
from app.dependencies.services import LanguageDep, ServicesDep
from app.dependencies.user import CurrentUser
from app.errors import InvalidInput, Language
from app.routers.http.responses import errors
from app.schemas.conversation import (
    ConversationCreate,
    ConversationCreated,
    ConversationList,
    ConversationRead,
    ConversationUpdate,
)
from app.schemas.fields import MAX_ID, AnsweredTime, AsWritten
from app.services.conversation_service import PageRequest

NEW_TITLE: dict[Language, str] = {"zh": "新对话", "en": "New chat"}

router = APIRouter(prefix="/conversations", tags=["conversations"])


@router.post("", status_code=201, responses=errors(401, 413, 422, 429))
async def create_conversation(
    user: CurrentUser,
    services: ServicesDep,
    language: LanguageDep,
    body: ConversationCreate | None = None,
) -> ConversationCreated:
    """Begin a conversation; without a title it gets one from its first message."""
    title = body.title if body else None
    return await services.conversations.create(user.id, title, untitled=NEW_TITLE[language])


@router.get("", responses=errors(401, 404, 422, 429))
async def list_conversations(
    user: CurrentUser,
    services: ServicesDep,
    limit: Annotated[int, Field(ge=1, le=100), AsWritten, Query()] = 20,
    offset: Annotated[int, Field(ge=0, le=MAX_ID), AsWritten, Query()] = 0,
    before: Annotated[AnsweredTime | None, Query()] = None,
    before_id: BeforeId = None,
    deleted: Annotated[bool, Query()] = False,
) -> ConversationList:
    """The user's conversations, most recently used first; or those that can be restored, the
    newest deletion first."""
    if before_id is not None and before is None:
        raise InvalidInput(where="before_id")
    page = PageRequest(limit, offset, before, before_id or 0)
    if deleted:
        return await services.conversations.deleted(user.id, page)
    return await services.conversations.list(user.id, page)


@router.get("/{id}", responses=errors(401, 404, 422, 429))
async def get_conversation(conversation: OwnedConversation) -> ConversationRead:
    """One conversation."""
    return conversation


@router.patch("/{id}", responses=errors(401, 404, 409, 413, 422, 429))
async def change_conversation(
    id: ConversationId, body: ConversationUpdate, user: CurrentUser, services: ServicesDep
) -> ConversationRead:
    """Change what is given: title, instructions, model, parameters; a preset fills
    the last three."""
    return await services.conversations.change(user.id, id, body)


@router.delete("/{id}", status_code=204, responses=errors(401, 404, 422, 429))
async def delete_conversation(id: ConversationId, user: CurrentUser, services: ServicesDep) -> None:
    """Delete a conversation; a running reply is stopped. It can be restored for some days."""
    await services.chat.delete(user.id, id)


@router.post("/{id}/restore", responses=errors(401, 404, 422, 429))
async def restore_conversation(
    id: ConversationId, user: CurrentUser, services: ServicesDep
) -> ConversationRead:
    """Undo a delete."""
    return await services.conversations.restore(user.id, id)
