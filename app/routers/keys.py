"""`/auth/keys`: keys for programs, for those who make them."""

from fastapi import APIRouter

from app.dependencies.services import ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.responses import errors
from app.schemas.fields import Id
from app.schemas.key import KeyCreate, KeyCreated, KeyList, KeyRead, KeyUpdate

router = APIRouter(prefix="/auth/keys", tags=["keys"])


@router.get("", responses=errors(401, 429))
async def list_keys(user: CurrentUser, services: ServicesDep) -> KeyList:
    """The user's keys, newest first."""
    return await services.keys.list(user.id)


@router.post("", status_code=201, responses=errors(401, 403, 404, 409, 413, 422, 429))
async def create_key(body: KeyCreate, user: CurrentUser, services: ServicesDep) -> KeyCreated:
    """Make a key. It is told this once; making one wants a login of the last 15 minutes."""
    return await services.keys.create(user, body)


@router.patch("/{id}", responses=errors(401, 403, 404, 409, 413, 422, 429))
async def change_key(id: Id, body: KeyUpdate, user: CurrentUser, services: ServicesDep) -> KeyRead:
    """Change what is given; anything but the name wants a login of the last 15 minutes."""
    return await services.keys.change(user, id, body)


@router.delete("/{id}", status_code=204, responses=errors(401, 404, 422, 429))
async def revoke_key(id: Id, user: CurrentUser, services: ServicesDep) -> None:
    """Revoke a key, for good; what runs with it is cut off."""
    await services.keys.revoke(user.id, id)
