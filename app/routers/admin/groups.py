"""`/admin/groups`: groups, and who is in them."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.dependencies.admin import AdminRoute, CurrentAdmin
from app.dependencies.paging import Limit
from app.dependencies.services import ServicesDep
from app.routers.http.responses import errors
from app.schemas.admin import AdminUserList, Place
from app.schemas.fields import Id
from app.schemas.group import GroupForm, GroupList, GroupRead

router = APIRouter(prefix="/groups", route_class=AdminRoute)


@router.get("", responses=errors(401, 403, 429))
async def list_groups(_: CurrentAdmin, services: ServicesDep) -> GroupList:
    """Every group, by name."""
    return await services.groups.all()


@router.post("", status_code=201, responses=errors(401, 403, 409, 413, 422, 429))
async def create_group(body: GroupForm, admin: CurrentAdmin, services: ServicesDep) -> GroupRead:
    """A new group, with nobody in it."""
    return await services.groups.create(admin, body.name)


@router.patch("/{id}", responses=errors(401, 403, 404, 409, 413, 422, 429))
async def rename_group(
    id: Id, body: GroupForm, admin: CurrentAdmin, services: ServicesDep
) -> GroupRead:
    """Give it another name."""
    return await services.groups.rename(admin, id, body.name)


@router.delete("/{id}", status_code=204, responses=errors(401, 403, 404, 422, 429))
async def remove_group(id: Id, admin: CurrentAdmin, services: ServicesDep) -> None:
    """Remove it with its grants and caps; who was in it stays."""
    await services.groups.remove(admin, id)


@router.get("/{id}/members", responses=errors(401, 403, 404, 422, 429))
async def list_members(
    id: Id,
    _: CurrentAdmin,
    services: ServicesDep,
    cursor: Annotated[Place | None, Query()] = None,
    limit: Limit = 50,
) -> AdminUserList:
    """Who is in it, by name."""
    await services.groups.get(id)
    return await services.admin.users(None, None, id, cursor, limit)


@router.put("/{id}/members/{user_id}", status_code=204, responses=errors(401, 403, 404, 422, 429))
async def add_member(id: Id, user_id: Id, admin: CurrentAdmin, services: ServicesDep) -> None:
    """Put somebody into it."""
    await services.groups.add_member(admin, id, user_id)


@router.delete(
    "/{id}/members/{user_id}", status_code=204, responses=errors(401, 403, 404, 422, 429)
)
async def drop_member(id: Id, user_id: Id, admin: CurrentAdmin, services: ServicesDep) -> None:
    """Take somebody out of it."""
    await services.groups.drop_member(admin, id, user_id)
