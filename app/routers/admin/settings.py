"""`/admin/settings`: settings that are changed while servers run."""

from fastapi import APIRouter

from app.dependencies.admin import AdminRoute, CurrentAdmin
from app.dependencies.services import ServicesDep
from app.routers.http.responses import errors
from app.schemas.setting import SettingList, SettingsUpdate

router = APIRouter(prefix="/settings", route_class=AdminRoute)


@router.get("", responses=errors(401, 403, 429))
async def list_settings(_: CurrentAdmin, services: ServicesDep) -> SettingList:
    """Every setting that can be changed here, and from where its value is."""
    return await services.settings.list()


@router.patch("", responses=errors(401, 403, 409, 413, 422, 429))
async def change_settings(
    body: SettingsUpdate, admin: CurrentAdmin, services: ServicesDep
) -> SettingList:
    """Change what is given. Every process keeps to it within five seconds."""
    return await services.settings.change(admin, body)
