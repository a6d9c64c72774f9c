"""`/attachments`: files to be sent with messages."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.dependencies.services import ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.download import disposition
from app.routers.http.raw_body import BINARY, RAW, UPLOADED, declared_length, raw_body
from app.routers.http.responses import Responses, errors
from app.routers.http.stored import HARMLESS, KnownTags
from app.schemas.fields import ClientId, Id, Text
from app.schemas.file import AttachmentLimits, AttachmentUploaded
from app.services.container import Services
from app.services.files.kinds import is_picture
from app.services.files.parts import CONTENT, TEXT_PART, THUMBNAIL, FilePart

STORED: Responses = {
    200: {"content": {BINARY: RAW, "image/jpeg": RAW, "image/png": RAW}},
    304: {"description": "Not Modified"},
}
PLAIN: Responses = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
    304: {"description": "Not Modified"},
}
AttachmentId = Annotated[Id, Path(alias="id")]

router = APIRouter(prefix="/attachments", tags=["attachments"])


@router.get("", responses=errors(401, 429))
async def get_limits(user: CurrentUser, services: ServicesDep) -> AttachmentLimits:
    """How much may be uploaded, and how much the user has stored."""
    return await services.files.limits(user.id)


@router.put(
    "",
    status_code=201,
    openapi_extra=UPLOADED,
    responses=errors(401, 408, 409, 413, 415, 422, 429, 431, 503, 507),
)
async def upload(
    request: Request,
    user: CurrentUser,
    services: ServicesDep,
    name: Annotated[Text, Query()] = "",
    idempotency_key: Annotated[ClientId | None, Header()] = None,
) -> AttachmentUploaded:
    """Store a file, raw in the body; what it is, its bytes say. It is swept after a day unless it
    was sent."""
    declared = declared_length(request)
    return await services.files.upload(user.id, name, idempotency_key, raw_body(request), declared)


@router.get("/{id}", response_class=Response, responses=STORED | errors(401, 404, 422, 429, 503))
async def get_file(
    id: AttachmentId, user: CurrentUser, services: ServicesDep, known: KnownTags = ""
) -> Response:
    """The file; pictures as they are shown, all else to be saved."""
    return await _stored(services, user.id, id, CONTENT, known)


@router.get(
    "/{id}/thumbnail", response_class=Response, responses=STORED | errors(401, 404, 422, 429, 503)
)
async def get_thumbnail(
    id: AttachmentId, user: CurrentUser, services: ServicesDep, known: KnownTags = ""
) -> Response:
    """A picture in small."""
    return await _stored(services, user.id, id, THUMBNAIL, known)


@router.get(
    "/{id}/text", response_class=Response, responses=PLAIN | errors(401, 404, 422, 429, 503)
)
async def get_text(
    id: AttachmentId, user: CurrentUser, services: ServicesDep, known: KnownTags = ""
) -> Response:
    """The text of a document, as models are given it."""
    return await _stored(services, user.id, id, TEXT_PART, known)


@router.delete("/{id}", status_code=204, responses=errors(401, 404, 409, 422, 429))
async def remove(id: AttachmentId, user: CurrentUser, services: ServicesDep) -> None:
    """Forget a file that was not sent."""
    await services.files.remove(user.id, id)


async def _stored(
    services: Services, user_id: int, file_id: int, part: FilePart, known: str
) -> Response:
    found = await services.files.find(user_id, file_id, part)
    tag = f'"{found.tag}"'
    headers = {**HARMLESS, "ETag": tag}
    if tag in known:
        return Response(status_code=304, headers=headers)
    kind = "text/plain; charset=utf-8" if part == TEXT_PART else BINARY
    if is_picture(found.type):
        kind = found.type
    shown = part == TEXT_PART or is_picture(found.type)
    headers["Content-Disposition"] = disposition(found.name, "inline" if shown else "attachment")
    size, chunks = await services.files.open(found)
    headers["Content-Length"] = str(size)
    return StreamingResponse(chunks, media_type=kind, headers=headers)
