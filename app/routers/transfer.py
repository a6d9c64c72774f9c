"""`/conversations/{id}/export`: a conversation to take away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from app.dependencies.conversation import ConversationId
from app.dependencies.services import LanguageDep, ServicesDep, StreamsDep
from app.dependencies.user import CurrentUser
from app.errors import AppError, Language
from app.models import utc_now
from app.routers.http.download import Download, attachment
from app.routers.http.markdown import heading, section
from app.routers.http.responses import Responses, errors
from app.services.transfer.service import TransferredConversation, TransferredMessage

MARKDOWN = "text/markdown"
EXPORTED: Responses = {200: {"content": {MARKDOWN: {"schema": {"type": "string"}}}}}

router = APIRouter(prefix="/conversations/{id}", tags=["transfer"])


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses=EXPORTED | errors(401, 404, 422, 429),
)
async def export_conversation(
    id: ConversationId,
    user: CurrentUser,
    services: ServicesDep,
    streams: StreamsDep,
    language: LanguageDep,
    format: Annotated[Literal["md"], Query()] = "md",
) -> Response:
    """The messages shown, as Markdown; a running reply as far as it is saved."""
    with ExitStack() as held:
        ended = held.enter_context(streams.opened(user.session_id, user.id))
        conversation = await services.transfer.head(user.id, id)
        parts = services.transfer.parts(user.id, conversation)
        name = attachment(conversation.title, f".{format}", otherwise=f"conversation-{id}")
        text = _markdown(conversation, parts, ended, language)
        return Download(text, f"{MARKDOWN}; charset=utf-8", name, held.pop_all())


async def _markdown(
    conversation: TransferredConversation,
    parts: AsyncIterator[list[TransferredMessage]],
    ended: asyncio.Future[AppError],
    language: Language,
) -> AsyncIterator[bytes]:
    """The file, part by part; raises what `ended` gives once the request must end."""
    yield heading(conversation, utc_now(), language).encode()
    async for part in parts:
        if ended.done():
            raise ended.result()
        yield "".join(section(message, language) for message in part).encode()
