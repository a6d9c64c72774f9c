"""`/s/{token}`: what links show, for whoever has one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from app.connections.request import request_state
from app.dependencies.auth import BearerToken
from app.dependencies.services import LanguageDep, RateLimitsDep, ServicesDep
from app.dependencies.user import CurrentUser, get_current_user
from app.errors import ShareNotFound
from app.routers.http.download import MadeMeanwhile, disposition
from app.routers.http.raw_body import BINARY, RAW
from app.routers.http.responses import Responses, errors
from app.routers.http.shared_page import HEADERS, around, page_without, sections
from app.schemas.share import ContinuedConversation, SharedConversation
from app.services.files.kinds import is_picture
from app.services.sharing.service import SharedParts
from app.state import app_state

STORED: Responses = {200: {"content": {BINARY: RAW, "image/jpeg": RAW, "image/png": RAW}}}
PAGE: dict[str, Any] = {"content": {"text/html": {"schema": {"type": "string"}}}}
PAGES: Responses = {200: PAGE, 404: PAGE | {"description": "Not Found"}}
ROBOTS = {"X-Robots-Tag": HEADERS["X-Robots-Tag"]}
HARMLESS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    **ROBOTS,
}
"""Whatever a file holds, a browser that is led to it runs nothing, and keeps nothing."""

ShareToken = Annotated[str, Path(alias="token")]
"""Whatever is given: what cannot be one is not told from one that is over."""

router = APIRouter(prefix="/s", tags=["sharing"])


async def let_in(request: Request, services: ServicesDep, token: BearerToken) -> None:
    """Where only those may look who are logged in: InvalidToken for all others, whether or not
    there is something at the link."""
    if await services.sharing.setting() == "login":
        await get_current_user(request, token)


LetIn = Depends(let_in)


@router.head("/{token}.json", include_in_schema=False, dependencies=[LetIn])
@router.get(
    "/{token}.json",
    response_model=SharedConversation,
    responses=errors(401, 404, 422, 429),
    dependencies=[LetIn],
)
async def read_share(
    token: ShareToken, request: Request, services: ServicesDep, limits: RateLimitsDep
) -> Response:
    """What a link shows."""
    with limits.finding_share(request_state(request.scope).address):
        found = await services.sharing.read(token, is_view=request.method == "GET")
    about = orjson.dumps({"title": found.title, "day": found.day})[:-1] + b',"messages":['
    return _whole(about, found, b"]}", b",", media_type="application/json", headers=ROBOTS)


@router.head("/{token}", include_in_schema=False)
@router.get("/{token}", response_class=HTMLResponse, responses=PAGES | errors(422, 429))
async def show_share(
    token: ShareToken,
    request: Request,
    services: ServicesDep,
    limits: RateLimitsDep,
    language: LanguageDep,
) -> Response:
    """The page of a link. Where only those may look who are logged in, it is one and the same."""
    folder = app_state(request.scope).page
    if await services.sharing.setting() == "login":
        page = await asyncio.to_thread(page_without, folder, language, "login")
        return HTMLResponse(page, headers=HEADERS)

    def write(messages: list[dict[str, Any]]) -> bytes:
        return sections(messages, language, f"{token}/attachments/").encode()

    try:
        with limits.finding_share(request_state(request.scope).address):
            found = await services.sharing.show(token, write)
    except ShareNotFound:
        page = await asyncio.to_thread(page_without, folder, language, "missing")
        return HTMLResponse(page, 404, HEADERS)
    ends = await asyncio.to_thread(around, folder, language, found.title, found.day)
    before, after = (each.encode() for each in ends)
    return _whole(before, found, after, media_type="text/html", headers=HEADERS)


@router.head("/{token}/attachments/{number}", include_in_schema=False, dependencies=[LetIn])
@router.get(
    "/{token}/attachments/{number}",
    response_class=Response,
    responses=STORED | errors(401, 404, 422, 429, 503),
    dependencies=[LetIn],
)
async def read_shared_file(
    token: ShareToken, number: str, request: Request, services: ServicesDep, limits: RateLimitsDep
) -> Response:
    """A file that a link shows; pictures as they are shown, all else to be saved."""
    with limits.finding_share(request_state(request.scope).address):
        file = await services.sharing.open_file(token, number)
    is_shown = is_picture(file.type)
    headers = {
        **HARMLESS,
        "Content-Length": str(file.size),
        "Content-Disposition": disposition(file.name, "inline" if is_shown else "attachment"),
    }
    kind = file.type if is_shown else BINARY
    return StreamingResponse(file.chunks, media_type=kind, headers=headers)


@router.post("/{token}/continue", status_code=201, responses=errors(401, 404, 422, 429, 503, 507))
async def continue_share(
    token: ShareToken,
    request: Request,
    user: CurrentUser,
    services: ServicesDep,
    limits: RateLimitsDep,
    language: LanguageDep,
) -> ContinuedConversation:
    """Begin a conversation of one's own with what a link shows."""
    with limits.finding_share(request_state(request.scope).address):
        return await services.sharing.go_on(user.id, token, language)


def _whole(
    before: bytes, found: SharedParts[bytes], after: bytes, between: bytes = b"", **about: Any
) -> Response:
    """What a link shows between two ends: at once where it is short, else part by part, so that
    whoever reads slowly holds no more than one."""
    if found.rest is None:
        return Response(before + found.first + after, **about)
    return MadeMeanwhile(_joined(before, found.first, found.rest, after, between), **about)


async def _joined(
    before: bytes, first: bytes, rest: AsyncIterator[bytes], after: bytes, between: bytes
) -> AsyncIterator[bytes]:
    yield before + first
    async for part in rest:
        yield between + part
    yield after
