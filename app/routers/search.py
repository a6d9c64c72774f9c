"""`/search`: what was said, found."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.dependencies.services import ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.responses import errors
from app.schemas.fields import AsWritten
from app.schemas.search import SearchCursor, SearchResults, Sought

router = APIRouter(prefix="/search", tags=["search"])


@router.get("", responses=errors(401, 422, 429))
async def search(
    user: CurrentUser,
    services: ServicesDep,
    q: Annotated[Sought, Query()],
    limit: Annotated[int, Field(ge=1, le=50), AsWritten, Query()] = 20,
    cursor: Annotated[SearchCursor | None, Query()] = None,
) -> SearchResults:
    """Messages on the paths shown that have all words, or what stands in quotes exactly, the newest
    first; on the first page titles, too."""
    return await services.search.search(user.id, q, limit, cursor)
