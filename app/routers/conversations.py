"""`/conversations`: made, listed, changed, deleted, restored."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from app.dependencies.auth import CurrentClaims
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
from app.schemas.fields import MAX_ID, AnsweredTime, AsWritten, Id
from app.services.conversation_service import ListName, PageRequest

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


type ListChoice = tuple[ListName, int]


def chosen_list(
    archived: Annotated[bool, Query()] = False,
    pinned: Annotated[bool, Query()] = False,
    deleted: Annotated[bool, Query()] = False,
    folder_id: Annotated[Id | None, Query()] = None,
) -> ListChoice:
    """Which list is asked for, and of which folder; InvalidInput for more than one."""
    asked: dict[ListName, bool] = {
        "archived": archived,
        "pinned": pinned,
        "deleted": deleted,
        "folder": folder_id is not None,
    }
    names = [name for name, is_asked in asked.items() if is_asked]
    if len(names) > 1:
        raise InvalidInput(where="folder_id" if folder_id is not None else names[-1])
    return (names or ["listed"])[0], folder_id or 0


@router.get("", responses=errors(401, 404, 422, 429))
async def list_conversations(
    claims: CurrentClaims,
    services: ServicesDep,
    which: Annotated[ListChoice, Depends(chosen_list)],
    limit: Annotated[int, Field(ge=1, le=100), AsWritten, Query()] = 20,
    offset: Annotated[int, Field(ge=0, le=MAX_ID), AsWritten, Query()] = 0,
    before: Annotated[AnsweredTime | None, Query()] = None,
    before_id: BeforeId = None,
) -> ConversationList:
    """The user's conversations, most recently used first: those that are not archived, or all of
    another list; of those that can be restored the newest deletion first."""
    if before_id is not None and before is None:
        raise InvalidInput(where="before_id")
    page = PageRequest(limit, offset, before, before_id or 0, *which)
    return await services.conversations.list(claims, page)


@router.get("/{id}", responses=errors(401, 404, 422, 429))
async def get_conversation(conversation: OwnedConversation) -> ConversationRead:
    """One conversation."""
    return conversation


@router.patch("/{id}", responses=errors(401, 404, 409, 413, 422, 429))
async def change_conversation(
    id: ConversationId, body: ConversationUpdate, user: CurrentUser, services: ServicesDep
) -> ConversationRead:
    """Change what is given: title, instructions, model, parameters, where it stands; a preset fills
    instructions, model and parameters."""
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
