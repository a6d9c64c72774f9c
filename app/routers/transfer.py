"""`/export` and `/conversations/{id}/export`: what is to be taken away, as files."""

from contextlib import ExitStack
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.dependencies.auth import CurrentClaims
from app.dependencies.conversation import ConversationId
from app.dependencies.services import LanguageDep, ServicesDep, StreamsDep
from app.dependencies.user import CurrentUser, account_of
from app.models import utc_now
from app.routers.http.download import Download, attachment
from app.routers.http.responses import Responses, errors
from app.schemas.session import ExportTicket

MARKDOWN, JSON, ZIP = "text/markdown", "application/json", "application/zip"
TEXT: dict[str, Any] = {"schema": {"type": "string"}}
EXPORTED: Responses = {200: {"content": {MARKDOWN: TEXT, JSON: {}}}}
ZIPPED: Responses = {200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}}

router = APIRouter(tags=["transfer"])


@router.post("/export/ticket", responses=errors(401, 429))
async def make_export_ticket(
    user: CurrentUser, claims: CurrentClaims, services: ServicesDep
) -> ExportTicket:
    """Get a path under which everything can be fetched once."""
    return services.sessions.export_ticket(claims)


@router.get("/export", response_class=StreamingResponse, responses=ZIPPED | errors(401, 422, 429))
async def export_all(
    request: Request,
    services: ServicesDep,
    streams: StreamsDep,
    language: LanguageDep,
    ticket: Annotated[str, Query()],
) -> Response:
    """All conversations, the files in them and the usage, as a ZIP."""
    claims = services.sessions.read_export_ticket(ticket)
    user = await account_of(request, claims)
    with ExitStack() as held:
        ended = held.enter_context(streams.opened(user.session_id, user.id))
        await services.sessions.redeem_export(claims)
        content = services.transfer.account(user.id, language)
        name = attachment(f"chat-backend {utc_now():%Y-%m-%d}", ".zip", otherwise="chat-backend")
        return Download(content, ZIP, name, ended, held.pop_all())


@router.get(
    "/conversations/{id}/export",
    response_class=StreamingResponse,
    responses=EXPORTED | errors(401, 404, 422, 429),
)
async def export_conversation(
    id: ConversationId,
    user: CurrentUser,
    services: ServicesDep,
    streams: StreamsDep,
    language: LanguageDep,
    format: Annotated[Literal["md", "json"], Query()] = "md",
) -> Response:
    """The messages shown, as Markdown, or all versions of them, as JSON; a running reply as far as
    it is saved."""
    with ExitStack() as held:
        ended = held.enter_context(streams.opened(user.session_id, user.id))
        if format == "md":
            exported = await services.transfer.markdown(user.id, id, language)
            kind = f"{MARKDOWN}; charset=utf-8"
        else:
            exported = await services.transfer.json(user.id, id)
            kind = JSON
        name = attachment(exported.title, f".{format}", otherwise=f"conversation-{id}")
        return Download(exported.content, kind, name, ended, held.pop_all())
