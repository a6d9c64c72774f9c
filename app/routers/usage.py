"""`/usage`: what a user has used up."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from app.dependencies.paging import Limit
from app.dependencies.services import ServicesDep, StreamsDep
from app.dependencies.user import CurrentUser
from app.routers.http.download import Download, attachment
from app.routers.http.responses import Responses, errors
from app.schemas.fields import Day, Id, ZoneName
from app.schemas.usage import AttemptPage, AttemptRead, UsageBy, UsageSummary
from app.services.usage.csv import HEAD, rows_of

CSV = "text/csv"
EXPORTED: Responses = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}

router = APIRouter(tags=["usage"])

From = Annotated[Day | None, Query(alias="from")]
To = Annotated[Day | None, Query()]
Tz = Annotated[ZoneName, Query()]


@router.get("/usage", responses=errors(401, 422, 429))
async def get_usage(
    user: CurrentUser,
    services: ServicesDep,
    first: From = None,
    to: To = None,
    tz: Tz = "UTC",
    by: UsageBy = "day",
    split: UsageBy | None = None,
) -> UsageSummary:
    """Sums from the first day to the last, both included; without them over this month."""
    return await services.usage.summary(user.id, (first, to), tz, by, split)


@router.get("/usage/attempts", responses=errors(401, 422, 429))
async def list_attempts(
    user: CurrentUser,
    services: ServicesDep,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query()] = None,
    message_id: Annotated[Id | None, Query()] = None,
) -> AttemptPage:
    """Requests that left for models' servers, the newest first; those of one message only."""
    return await services.usage.attempts(user.id, limit, cursor, message_id)


@router.get(
    "/usage.csv", response_class=StreamingResponse, responses=EXPORTED | errors(401, 422, 429)
)
async def export_usage(
    user: CurrentUser,
    services: ServicesDep,
    streams: StreamsDep,
    first: From = None,
    to: To = None,
    tz: Tz = "UTC",
) -> Response:
    """One row a request, the newest first."""
    with ExitStack() as held:
        ended = held.enter_context(streams.opened(user.session_id, user.id))
        span = await services.usage.span(user.id, (first, to), tz)
        parts = services.usage.parts(user.id, span)
        name = attachment("usage", ".csv", otherwise="usage")
        return Download(_csv(parts), f"{CSV}; charset=utf-8", name, ended, held.pop_all())


async def _csv(parts: AsyncIterator[list[AttemptRead]]) -> AsyncIterator[bytes]:
    """The file, part by part."""
    yield HEAD.encode()
    async for part in parts:
        yield rows_of(part).encode()
