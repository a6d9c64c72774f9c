"""`/admin/users`: accounts."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.dependencies.admin import AdminRoute, CurrentAdmin
from app.dependencies.paging import Limit
from app.dependencies.services import LanguageDep, RateLimitsDep, ServicesDep
from app.errors import RateLimited
from app.ratelimit import HOUR
from app.routers.http.responses import errors
from app.schemas.admin import (
    AdminUser,
    AdminUserDetail,
    AdminUserList,
    AdminUserUpdate,
    Place,
    Prefix,
)
from app.schemas.fields import Id
from app.schemas.user import UserStatus
from app.utils.names import canonical

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


@router.patch("/{id}", responses=errors(401, 403, 404, 409, 413, 422, 429))
async def change_user(
    id: Id, body: AdminUserUpdate, admin: CurrentAdmin, services: ServicesDep
) -> AdminUser:
    """Change what is given. Like every change under /admin it wants a login of the last 15
    minutes."""
    return await services.admin.change(admin, id, body)


@router.delete("/{id}", status_code=204, responses=errors(401, 403, 404, 409, 422, 429))
async def delete_user(id: Id, admin: CurrentAdmin, services: ServicesDep) -> None:
    """Delete an account; for seven days it can be restored."""
    await services.admin.trash(admin, id)


@router.post("/{id}/restore", responses=errors(401, 403, 404, 409, 422, 429))
async def restore_user(id: Id, admin: CurrentAdmin, services: ServicesDep) -> AdminUser:
    """Bring a deleted account back."""
    return await services.admin.restore(admin, id)


@router.post("/{id}/approve", responses=errors(401, 403, 404, 409, 422, 429))
async def approve_user(id: Id, admin: CurrentAdmin, services: ServicesDep) -> AdminUser:
    """Let somebody in who waits for it."""
    return await services.admin.approve(admin, id)


@router.post("/{id}/end-sessions", status_code=204, responses=errors(401, 403, 404, 422, 429))
async def end_sessions(id: Id, admin: CurrentAdmin, services: ServicesDep) -> None:
    """End all of somebody's logins."""
    await services.admin.end_sessions(admin, id)


@router.post(
    "/{id}/reset-link",
    status_code=202,
    response_class=Response,
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def send_reset_link(
    id: Id,
    admin: CurrentAdmin,
    services: ServicesDep,
    limits: RateLimitsDep,
    language: LanguageDep,
) -> Response:
    """Have a link for a new password sent to the address on file; nobody is shown it."""
    services.mail.require()
    address = await services.admin.address_of(admin, id)
    if not limits.may_mail(canonical(address).hex()):
        raise RateLimited(retry_after=HOUR)
    await services.admin.send_reset(admin, id, language)
    return Response(status_code=202)
