"""`/imports`: conversations brought in from other products."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from app.dependencies.paging import BeforeId, Limit
from app.dependencies.services import ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.raw_body import UPLOADED, declared_length, raw_body
from app.routers.http.responses import errors
from app.schemas.fields import Id, Text
from app.schemas.imports import (
    ByteCount,
    ImportItemPage,
    ImportList,
    ImportRead,
    ItemCursor,
    ItemResult,
)

router = APIRouter(prefix="/imports", tags=["imports"])


@router.put(
    "",
    status_code=202,
    openapi_extra=UPLOADED,
    responses=errors(401, 408, 409, 413, 422, 429, 431, 503, 507),
)
async def begin_import(
    request: Request,
    user: CurrentUser,
    services: ServicesDep,
    response: Response,
    name: Annotated[Text, Query()] = "",
    upload_length: Annotated[ByteCount | None, Header()] = None,
) -> ImportRead:
    """Bring in the file in the body, or the beginning of one of `Upload-Length` bytes.
    `Upload-Offset` tells how many of them are there."""
    new, offset = await services.imports.begin(
        user.id, name, raw_body(request), declared_length(request), upload_length
    )
    response.headers["Upload-Offset"] = str(offset)
    return new


@router.patch(
    "/{id}",
    status_code=202,
    openapi_extra=UPLOADED,
    responses=errors(401, 404, 408, 409, 413, 422, 429, 431, 503, 507),
)
async def resume_upload(
    id: Id,
    request: Request,
    user: CurrentUser,
    services: ServicesDep,
    response: Response,
    upload_offset: Annotated[ByteCount, Header()],
) -> ImportRead:
    """Go on with the file at `Upload-Offset`; 409 tells the right one in the header of the same
    name, as every answer does."""
    row, offset = await services.imports.resume(user.id, id, upload_offset, raw_body(request))
    response.headers["Upload-Offset"] = str(offset)
    return row


@router.head("/{id}", response_class=Response, responses=errors(401, 404, 422, 429, 503))
async def get_upload_offset(id: Id, user: CurrentUser, services: ServicesDep) -> Response:
    """How many bytes of the file have come (`Upload-Offset`), of how many (`Upload-Length`, where
    that is known)."""
    state = await services.imports.upload_state(user.id, id)
    headers = {"Upload-Offset": str(state.offset), "Cache-Control": "no-store"}
    if state.size is not None:
        headers["Upload-Length"] = str(state.size)
    return Response(headers=headers)


@router.get("", responses=errors(401, 422, 429))
async def list_imports(
    user: CurrentUser, services: ServicesDep, limit: Limit = 50, before_id: BeforeId = None
) -> ImportList:
    """The user's imports, newest first."""
    return await services.imports.list(user.id, limit, before_id)


@router.get("/{id}", responses=errors(401, 404, 422, 429))
async def get_import(id: Id, user: CurrentUser, services: ServicesDep) -> ImportRead:
    """How far an import is."""
    return await services.imports.get(user.id, id)


@router.get("/{id}/items", responses=errors(401, 404, 422, 429))
async def list_items(
    id: Id,
    user: CurrentUser,
    services: ServicesDep,
    limit: Limit = 100,
    cursor: Annotated[ItemCursor | None, Query()] = None,
    result: Annotated[ItemResult | None, Query()] = None,
) -> ImportItemPage:
    """What became of each conversation of the file, in its order."""
    after = -1 if cursor is None else int(cursor)
    return await services.imports.items(user.id, id, result, limit, after)


@router.delete("/{id}", status_code=204, responses=errors(401, 404, 422, 429))
async def cancel_import(id: Id, user: CurrentUser, services: ServicesDep) -> None:
    """End an import; what it has brought in stays. One that has ended stays as it is."""
    await services.imports.cancel(user.id, id)


@router.post("/{id}/undo", status_code=202, responses=errors(401, 404, 409, 422, 429))
async def undo_import(id: Id, user: CurrentUser, services: ServicesDep) -> ImportRead:
    """Have the conversations that an import has created deleted: each can be restored."""
    return await services.imports.undo(user.id, id)
