"""`/admin/users/{id}/avatar`: what users look like."""

from fastapi import APIRouter, Response

from app.dependencies.admin import AdminRoute, CurrentAdmin
from app.dependencies.services import ServicesDep
from app.routers.http.responses import errors
from app.routers.http.stored import KnownTags, stored_picture
from app.routers.profile import PICTURE, WEBP
from app.schemas.fields import Id

router = APIRouter(prefix="/users", route_class=AdminRoute)


@router.get(
    "/{id}/avatar",
    response_class=Response,
    responses=PICTURE | errors(401, 403, 404, 422, 429),
)
async def get_user_avatar(
    id: Id, _: CurrentAdmin, services: ServicesDep, known: KnownTags = ""
) -> Response:
    """A user's picture."""
    version, content = await services.profile.find_for_admin(id)
    return stored_picture(WEBP, content, f"{id}-{version}", known)
