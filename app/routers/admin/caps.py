"""`/admin/caps`: how much of the operator's models may be used."""

from fastapi import APIRouter

from app.dependencies.admin import AdminRoute, CurrentAdmin
from app.dependencies.services import ServicesDep
from app.routers.http.responses import errors
from app.schemas.admin_cap import AdminCap, AdminCapList, CapCreate
from app.schemas.fields import Id

router = APIRouter(prefix="/caps", route_class=AdminRoute)


@router.get("", responses=errors(401, 403, 429))
async def list_operator_caps(_: CurrentAdmin, services: ServicesDep) -> AdminCapList:
    """Every cap of the operator's, and what is used of it."""
    return AdminCapList(caps=await services.operator_caps.all())


@router.post("", status_code=201, responses=errors(401, 403, 404, 409, 413, 422, 429))
async def add_operator_cap(body: CapCreate, admin: CurrentAdmin, services: ServicesDep) -> AdminCap:
    """Set one; it holds from the next message on."""
    return await services.operator_caps.add(admin, body)


@router.delete("/{id}", status_code=204, responses=errors(401, 403, 404, 422, 429))
async def remove_operator_cap(id: Id, admin: CurrentAdmin, services: ServicesDep) -> None:
    """Take one away."""
    await services.operator_caps.remove(admin, id)
