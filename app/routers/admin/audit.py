"""`/admin/audit`: who did what."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.dependencies.admin import AdminRoute, CurrentAdmin
from app.dependencies.paging import Limit
from app.dependencies.services import ServicesDep
from app.routers.http.responses import errors
from app.schemas.admin_audit import AdminAuditPage, AuditReport
from app.schemas.fields import Day, Id
from app.services.admin.audit import EventsWanted
from app.services.audit.events import AuditAction, AuditOutcome

router = APIRouter(prefix="/audit", route_class=AdminRoute)


@router.get("", responses=errors(401, 403, 422, 429))
async def list_events(
    _: CurrentAdmin,
    services: ServicesDep,
    cursor: Annotated[Id | None, Query()] = None,
    user_id: Annotated[Id | None, Query()] = None,
    action: Annotated[AuditAction | None, Query()] = None,
    outcome: Annotated[AuditOutcome | None, Query()] = None,
    first: Annotated[Day | None, Query(alias="from")] = None,
    to: Annotated[Day | None, Query()] = None,
    limit: Limit = 50,
) -> AdminAuditPage:
    """Events, the newest first; on these days (UTC), both included."""
    wanted = EventsWanted(cursor, limit, user_id, action, outcome, first, to)
    return await services.admin_audit.page(wanted)


@router.post("/verify", responses=errors(401, 403, 429, 503))
async def verify_log(admin: CurrentAdmin, services: ServicesDep) -> AuditReport:
    """Check every event against its seal; what `chat-backend audit verify` says."""
    return await services.admin_audit.verify(admin)
