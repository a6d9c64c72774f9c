"""`/admin/invites`: invitations to make an account."""

from fastapi import APIRouter

from app.dependencies.admin import AdminRoute, CurrentAdmin
from app.dependencies.services import ServicesDep
from app.routers.http.responses import errors
from app.schemas.fields import Id
from app.schemas.invite import InviteCreate, InviteCreated, InviteList

router = APIRouter(prefix="/invites", route_class=AdminRoute)


@router.get("", responses=errors(401, 403, 429))
async def list_invites(_: CurrentAdmin, services: ServicesDep) -> InviteList:
    """All invitations, the newest first."""
    return await services.invites.list()


@router.post("", status_code=201, responses=errors(401, 403, 404, 409, 413, 422, 429))
async def create_invite(
    body: InviteCreate, admin: CurrentAdmin, services: ServicesDep
) -> InviteCreated:
    """Make an invitation. Its token and its link are told this once."""
    return await services.invites.create(admin, body)


@router.delete("/{id}", status_code=204, responses=errors(401, 403, 404, 422, 429))
async def revoke_invite(id: Id, admin: CurrentAdmin, services: ServicesDep) -> None:
    """End an invitation, for good."""
    await services.invites.revoke(admin, id)
