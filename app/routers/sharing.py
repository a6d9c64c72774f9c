"""`/conversations/{id}/shares` and `/shares`: links, for those who make them."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.dependencies.conversation import ConversationId
from app.dependencies.paging import BeforeId, Limit
from app.dependencies.services import ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.responses import errors
from app.schemas.fields import Id
from app.schemas.share import (
    ConversationShares,
    ShareCreate,
    ShareCreated,
    ShareList,
    ShareRead,
    ShareUpdate,
)

router = APIRouter(tags=["sharing"])


@router.post(
    "/conversations/{id}/shares",
    status_code=201,
    responses=errors(401, 403, 404, 409, 413, 422, 429),
)
async def create_share(
    id: ConversationId, user: CurrentUser, services: ServicesDep, body: ShareCreate | None = None
) -> ShareCreated:
    """Make a link to what the conversation shows now."""
    return await services.sharing.create(user.id, id, body or ShareCreate())


@router.get("/conversations/{id}/shares", responses=errors(401, 404, 422, 429))
async def list_shares_of_conversation(
    id: ConversationId, user: CurrentUser, services: ServicesDep
) -> ConversationShares:
    """The links to the conversation, and what a new one would show."""
    return await services.sharing.to_conversation(user.id, id)


@router.get("/shares", responses=errors(401, 422, 429))
async def list_shares(
    user: CurrentUser,
    services: ServicesDep,
    limit: Limit = 50,
    before_id: BeforeId = None,
    conversation_id: Annotated[Id | None, Query()] = None,
    message_id: Annotated[Id | None, Query()] = None,
) -> ShareList:
    """The user's links that are good, newest first."""
    return await services.sharing.list(user.id, limit, before_id, conversation_id, message_id)


@router.patch("/shares/{id}", responses=errors(401, 403, 404, 409, 413, 422, 429))
async def change_share(
    id: Id, body: ShareUpdate, user: CurrentUser, services: ServicesDep
) -> ShareRead:
    """Change what is given; `update` has the link show the conversation as it is now."""
    return await services.sharing.change(user.id, id, body)


@router.delete("/shares/{id}", status_code=204, responses=errors(401, 404, 422, 429))
async def end_share(id: Id, user: CurrentUser, services: ServicesDep) -> None:
    """End a link, for good."""
    await services.sharing.end(user.id, id)
