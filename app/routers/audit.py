"""`/auth/audit`: what was done to the account, and by whom."""

from fastapi import APIRouter

from app.dependencies.paging import BeforeId, Limit
from app.dependencies.services import ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.responses import errors
from app.schemas.audit import AuditPage

router = APIRouter(prefix="/auth/audit", tags=["auth"])


@router.get("", responses=errors(401, 422, 429))
async def list_events(
    user: CurrentUser,
    services: ServicesDep,
    limit: Limit = 50,
    before_id: BeforeId = None,
) -> AuditPage:
    """The user's own events below `before_id`, newest first."""
    return await services.audit.page(user.id, limit, before_id)
