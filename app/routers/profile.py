"""`/auth/me/avatar`: what somebody looks like."""

from fastapi import APIRouter, Request, Response

from app.dependencies.services import ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.raw_body import RAW, UPLOADED, declared_length, raw_body
from app.routers.http.responses import Responses, errors
from app.routers.http.stored import KnownTags, stored_picture
from app.schemas.user import AvatarRead

WEBP = "image/webp"
PICTURE: Responses = {
    200: {"content": {WEBP: RAW}},
    304: {"description": "Not Modified"},
}

router = APIRouter(prefix="/auth/me/avatar", tags=["auth"])


@router.get("", response_class=Response, responses=PICTURE | errors(401, 404, 422, 429))
async def get_avatar(user: CurrentUser, services: ServicesDep, known: KnownTags = "") -> Response:
    """The user's picture."""
    version, content = await services.profile.find(user.id)
    return stored_picture(WEBP, content, str(version), known)


@router.put("", openapi_extra=UPLOADED, responses=errors(401, 408, 413, 422, 429, 431, 503, 507))
async def put_avatar(request: Request, user: CurrentUser, services: ServicesDep) -> AvatarRead:
    """Keep a picture, raw in the body: PNG, JPEG or WebP, a mebibyte at most. It is drawn anew, and
    nothing else of the file is kept."""
    version = await services.profile.put(user.id, raw_body(request), declared_length(request))
    return AvatarRead(avatar=version)


@router.delete("", status_code=204, responses=errors(401, 429))
async def remove_avatar(user: CurrentUser, services: ServicesDep) -> None:
    """Forget the user's picture."""
    await services.profile.remove(user.id)
