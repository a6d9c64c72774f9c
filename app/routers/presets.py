"""`/presets`: templates for conversations."""

from fastapi import APIRouter

from app.dependencies.services import ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.responses import errors
from app.schemas.fields import Id
from app.schemas.preset import PresetCreate, PresetList, PresetRead, PresetUpdate

router = APIRouter(prefix="/presets", tags=["presets"])


@router.get("", responses=errors(401, 429))
async def list_presets(user: CurrentUser, services: ServicesDep) -> PresetList:
    """The user's presets, by name."""
    return await services.presets.list(user.id)


@router.post("", status_code=201, responses=errors(401, 404, 409, 413, 422, 429))
async def create_preset(body: PresetCreate, user: CurrentUser, services: ServicesDep) -> PresetRead:
    """Save instructions, a model and parameters under a name."""
    return await services.presets.create(user.id, body)


@router.patch("/{id}", responses=errors(401, 404, 409, 413, 422, 429))
async def change_preset(
    id: Id, body: PresetUpdate, user: CurrentUser, services: ServicesDep
) -> PresetRead:
    """Change what is given; conversations that were filled from it stay as they are."""
    return await services.presets.change(user.id, id, body)


@router.delete("/{id}", status_code=204, responses=errors(401, 404, 422, 429))
async def remove_preset(id: Id, user: CurrentUser, services: ServicesDep) -> None:
    """Remove a preset; conversations that were filled from it stay as they are."""
    await services.presets.remove(user.id, id)
