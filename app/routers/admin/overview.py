"""`/admin/overview`: a server at a glance."""

from fastapi import APIRouter

from app.dependencies.admin import AdminRoute, CurrentAdmin
from app.dependencies.services import LanguageDep, ServicesDep
from app.routers.http.responses import errors
from app.schemas.overview import Overview

router = APIRouter(prefix="/overview", route_class=AdminRoute)


@router.get("", responses=errors(401, 403, 429))
async def get_overview(_: CurrentAdmin, services: ServicesDep, language: LanguageDep) -> Overview:
    """How many users there are, what was used on the last 14 days, and what is to be mended."""
    return await services.overview.get(language)
