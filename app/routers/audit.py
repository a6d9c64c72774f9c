"""`/auth/audit`: what was done to the account, and by whom."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.dependencies.services import ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.responses import errors
from app.schemas.audit import AuditPage
from app.schemas.fields import AsWritten, Id

router = APIRouter(prefix="/auth/audit", tags=["auth"])


@router.get("", responses=errors(401, 422, 429))
async def list_events(
    user: CurrentUser,
    services: ServicesDep,
    limit: Annotated[int, Field(ge=1, le=200), AsWritten, Query()] = 50,
    before_id: Annotated[Id | None, Query()] = None,
) -> AuditPage:
    """The user's own events below `before_id`, newest first."""
    return await services.audit.page(user.id, limit, before_id)
