"""`/admin/connections`: the operator's connections, and who may use them."""

from fastapi import APIRouter

from app.dependencies.admin import AdminRoute, CurrentAdmin
from app.dependencies.services import LanguageDep, ServicesDep
from app.routers.http.responses import errors
from app.routers.words import worded
from app.schemas.config import ModelNames, TryResult
from app.schemas.fields import Id
from app.schemas.shared_connection import (
    GrantsUpdate,
    SharedCreate,
    SharedList,
    SharedRead,
    SharedTry,
    SharedUpdate,
)

router = APIRouter(prefix="/connections", route_class=AdminRoute)


@router.get("", responses=errors(401, 403, 429))
async def list_shared(_: CurrentAdmin, services: ServicesDep) -> SharedList:
    """Every connection of the operator's, that of the settings too."""
    return await services.shared.list()


@router.post("", status_code=201, responses=errors(401, 403, 409, 413, 422, 429))
async def create_shared(
    body: SharedCreate, admin: CurrentAdmin, services: ServicesDep
) -> SharedRead:
    """Save a connection, which is not shared yet. The key is never shown again."""
    return await services.shared.create(admin, body)


@router.patch("/{id}", responses=errors(401, 403, 404, 409, 413, 422, 429))
async def change_shared(
    id: Id, body: SharedUpdate, admin: CurrentAdmin, services: ServicesDep
) -> SharedRead:
    """Change what is given."""
    return await services.shared.change(admin, id, body)


@router.delete("/{id}", status_code=204, responses=errors(401, 403, 404, 409, 422, 429))
async def remove_shared(id: Id, admin: CurrentAdmin, services: ServicesDep) -> None:
    """Forget a connection and its key; a running reply goes on."""
    await services.shared.remove(id, admin)


@router.put("/{id}/grants", responses=errors(401, 403, 404, 409, 413, 422, 429))
async def set_grants(
    id: Id, body: GrantsUpdate, admin: CurrentAdmin, services: ServicesDep
) -> SharedRead:
    """Say which groups may use it, in place of what there was."""
    return await services.shared.set_grants(admin, id, body)


@router.post("/{id}/refresh", responses=errors(401, 403, 404, 409, 422, 429))
async def refresh_shared(
    id: Id, admin: CurrentAdmin, services: ServicesDep, language: LanguageDep
) -> ModelNames:
    """Ask its server for its models, and keep them."""
    return worded(await services.shared_trials.refresh(admin, id), language)


@router.post("/{id}/test", responses=errors(401, 403, 404, 409, 413, 422, 429))
async def try_shared(
    id: Id,
    body: SharedTry,
    admin: CurrentAdmin,
    services: ServicesDep,
    language: LanguageDep,
) -> TryResult:
    """Whether a model of it answers."""
    return worded(await services.shared_trials.test(admin, id, body.model_name), language)
