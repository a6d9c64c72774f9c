"""`/folders`: where conversations are kept."""

from fastapi import APIRouter

from app.dependencies.services import ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.responses import errors
from app.schemas.fields import Id
from app.schemas.folder import FolderCreate, FolderList, FolderRead, FolderUpdate

router = APIRouter(prefix="/folders", tags=["folders"])


@router.get("", responses=errors(401, 429))
async def list_folders(user: CurrentUser, services: ServicesDep) -> FolderList:
    """The user's folders, in their order."""
    return await services.folders.list(user.id)


@router.post("", status_code=201, responses=errors(401, 409, 413, 422, 429))
async def create_folder(body: FolderCreate, user: CurrentUser, services: ServicesDep) -> FolderRead:
    """Make a folder."""
    return await services.folders.create(user.id, body)


@router.patch("/{id}", responses=errors(401, 404, 409, 413, 422, 429))
async def change_folder(
    id: Id, body: FolderUpdate, user: CurrentUser, services: ServicesDep
) -> FolderRead:
    """Change what is given."""
    return await services.folders.change(user.id, id, body)


@router.delete("/{id}", status_code=204, responses=errors(401, 404, 422, 429))
async def remove_folder(id: Id, user: CurrentUser, services: ServicesDep) -> None:
    """Remove a folder; its conversations stay, and are in none."""
    await services.folders.remove(user.id, id)
