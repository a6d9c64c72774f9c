"""`/admin/usage`: what everybody used of the operator's models."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.dependencies.admin import AdminRoute, CurrentAdmin
from app.dependencies.paging import Limit
from app.dependencies.services import ServicesDep
from app.routers.http.responses import errors
from app.schemas.admin import Place
from app.schemas.admin_usage import AdminUsage, AdminUsageBy
from app.schemas.fields import Day

router = APIRouter(prefix="/usage", route_class=AdminRoute)


@router.get("", responses=errors(401, 403, 422, 429))
async def get_usage(
    _: CurrentAdmin,
    services: ServicesDep,
    first: Annotated[Day | None, Query(alias="from")] = None,
    to: Annotated[Day | None, Query()] = None,
    by: AdminUsageBy = "user",
    cursor: Annotated[Place | None, Query()] = None,
    limit: Limit = 50,
) -> AdminUsage:
    """Sums from the first day to the last (UTC), both included; without them over this month. Users
    come in pages."""
    return await services.admin_usage.get((first, to), by, cursor, limit)
