"""`/admin/users`: accounts."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.dependencies.admin import AdminRoute, CurrentAdmin
from app.dependencies.paging import Limit
from app.dependencies.services import ServicesDep
from app.routers.http.responses import errors
from app.schemas.admin import AdminUserDetail, AdminUserList, Place, Prefix, UserStatus
from app.schemas.fields import Id

router = APIRouter(prefix="/users", route_class=AdminRoute)


@router.get("", responses=errors(401, 403, 422, 429))
async def list_users(
    _: CurrentAdmin,
    services: ServicesDep,
    q: Annotated[Prefix | None, Query()] = None,
    status: UserStatus | None = None,
    group_id: Annotated[Id | None, Query()] = None,
    cursor: Annotated[Place | None, Query()] = None,
    limit: Limit = 50,
) -> AdminUserList:
    """Users by their names; `q` is how a name begins, or, with an @, an address."""
    return await services.admin.users(q, status, group_id, cursor, limit)


@router.get("/{id}", responses=errors(401, 403, 404, 422, 429))
async def get_user(id: Id, _: CurrentAdmin, services: ServicesDep) -> AdminUserDetail:
    """A user, and how much there is of theirs."""
    return await services.admin.user(id)
