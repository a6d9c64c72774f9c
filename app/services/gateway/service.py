"""The door of the API for programs: what may be asked, of which model, and how it is answered."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.config import Settings
from app.database import Database
from app.errors import ModelUnknown, ScopeMissing
from app.schemas.key import KeyScope
from app.schemas.usage import AttemptPurpose
from app.services.ai_service import AiService
from app.services.endpoints.carried import read_carried
from app.services.endpoints.saved import SavedEndpoint
from app.services.endpoints.service import ConfigService
from app.services.gateway import names
from app.services.gateway.body import GatewayEndpoint, ProgramRequest, read_request
from app.services.gateway.completions import StreamedCompletion, WholeCompletion, as_json
from app.services.gateway.embeddings import WholeEmbeddings
from app.services.gateway.outgoing import OutgoingPieces
from app.services.gateway.responses import StreamedResponse, WholeResponse
from app.services.gateway.shared import require_shareable, without_item_ids
from app.services.keys.holder import KeyHolder
from app.services.upstream.relay import Passed
from app.services.usage.daily import ReplyLimits
from app.services.usage.meter import ByKey, Meter
from app.services.usage.rows import Asked

PATHS: dict[GatewayEndpoint, str] = {
    "chat": "/chat/completions",
    "responses": "/responses",
    "embeddings": "/embeddings",
}
SCOPES: dict[GatewayEndpoint, KeyScope] = {
    "chat": "chat",
    "responses": "chat",
    "embeddings": "embeddings",
}
PURPOSES: dict[GatewayEndpoint, AttemptPurpose] = {
    "chat": "api",
    "responses": "api",
    "embeddings": "embedding",
}
DROPPED = ("user", "store", "metadata")
"""What programs tell of their users, or would have kept at the provider."""
DROPPED_SHARED = (*DROPPED, "service_tier")
AT_ONCE_BYTES = 64 * 1024
"""A body above it is gone through in a thread: one of the most parts takes seconds."""
NO_STORE = "store"
STREAM_OPTIONS = "stream_options"

WholeAnswer = WholeCompletion | WholeResponse | WholeEmbeddings
StreamedAnswer = StreamedCompletion | StreamedResponse


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A request of which all is known that is needed to make it."""

    holder: KeyHolder
    endpoint: SavedEndpoint
    request: ProgramRequest
    passed: Passed

    @property
    def is_streamed(self) -> bool:
        """Whether it is answered piece by piece."""
        return self.request.is_streamed


class GatewayService:
    """Passes on what programs ask. Nothing of it is kept but a row of the ledger."""

    def __init__(
        self,
        database: Database,
        configs: ConfigService,
        ai: AiService,
        meter: Meter,
        limits: Callable[[], ReplyLimits],
        settings: Settings,
    ) -> None:
        self._database = database
        self._configs = configs
        self._ai = ai
        self._meter = meter
        self._limits = limits
        self._line_max = settings.upstream_line_max_bytes
        self._seconds = settings.upstream_reply_timeout_seconds
        self.body_max_bytes = settings.api_body_max_bytes

    async def models(self, holder: KeyHolder) -> bytes:
        """The models that a key is for, as OpenAI's clients read them."""
        return as_json({"object": "list", "data": await self._models(holder)})

    async def model(self, holder: KeyHolder, id: str) -> bytes:
        """One of them; ModelUnknown."""
        found = next((model for model in await self._models(holder) if model["id"] == id), None)
        if found is None:
            raise ModelUnknown(id)
        return as_json(found)

    async def _models(self, holder: KeyHolder) -> list[dict[str, Any]]:
        environment = self._configs.default_endpoint(holder.user_id)
        return await read_carried(self._database, names.listed, holder.user_id, holder, environment)

    async def prepare(
        self, holder: KeyHolder, endpoint: GatewayEndpoint, data: bytes
    ) -> PreparedRequest:
        """A request, read from its bytes. Raises MalformedJson, RequestNotUnderstood, ModelUnknown,
        NotSharedHere."""
        request = await _beside(len(data), read_request, endpoint, data)
        environment = self._configs.default_endpoint(holder.user_id)
        its = holder, request.model, environment
        found = await read_carried(self._database, names.resolve, holder.user_id, *its)
        if found.is_shared:
            await _beside(len(data), require_shareable, endpoint, request.body)
        return PreparedRequest(holder, found, request, _passed(request, found))

    async def answer(self, prepared: PreparedRequest) -> bytes:
        """The answer of a request that is not streamed. Raises AppError subclasses."""
        reader = self._whole(prepared.request)
        await self._ask(prepared, reader, _nothing)
        return as_json(reader.answer)

    async def stream(self, prepared: PreparedRequest, outgoing: OutgoingPieces) -> None:
        """Stream an answer until it has ended. Raises AppError subclasses."""
        request = prepared.request
        reader: StreamedAnswer
        if request.endpoint == "responses":
            reader = StreamedResponse(outgoing, request.model, self._line_max)
        else:
            usage = request.wants_usage
            reader = StreamedCompletion(outgoing, request.model, usage, self._line_max)
        await self._ask(prepared, reader, outgoing.wake)

    def _whole(self, request: ProgramRequest) -> WholeAnswer:
        match request.endpoint:
            case "chat":
                return WholeCompletion(request.model, self._line_max)
            case "responses":
                return WholeResponse(request.model, self._line_max)
            case "embeddings":
                return WholeEmbeddings(request.model, self._line_max)

    async def _ask(
        self, prepared: PreparedRequest, reader: WholeAnswer | StreamedAnswer, on_read: Any
    ) -> None:
        endpoint, request, holder = prepared.endpoint, prepared.request, prepared.holder
        purpose = PURPOSES[request.endpoint]
        asked = Asked(holder.user_id, endpoint.target, purpose, key_id=holder.id)
        limits = self._limits() if endpoint.is_counted else None
        metered = self._meter.metered(
            asked,
            endpoint.priced,
            request.prompt_tokens,
            self._seconds,
            ByKey(holder.cap, request.answer_tokens, limits),
        )
        opened = self._configs.open(endpoint)
        async with metered as requests:
            await self._ai.relay(opened, prepared.passed, reader, requests, on_read)


def require_scope(holder: KeyHolder, scope: KeyScope) -> None:
    """Raise ScopeMissing where a key does not have a scope."""
    if scope not in holder.scopes:
        raise ScopeMissing(scope)


async def _beside[**P, T](size: int, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Go through a body of this size, so that nobody else waits for it."""
    if size <= AT_ONCE_BYTES:
        return work(*args, **kwargs)
    return await asyncio.to_thread(work, *args, **kwargs)


def _passed(request: ProgramRequest, endpoint: SavedEndpoint) -> Passed:
    """What goes out: the program's own fields, save those that are not its to set."""
    dropped = DROPPED_SHARED if endpoint.is_shared else DROPPED
    body = {name: value for name, value in request.body.items() if name not in dropped}
    body["model"] = endpoint.model_name
    added: tuple[str, ...] = ()
    if request.endpoint == "chat":
        if request.is_streamed and not request.wants_usage:
            options = body.get(STREAM_OPTIONS)
            told = options if isinstance(options, dict) else {}
            body[STREAM_OPTIONS] = told | {"include_usage": True}
            added = (STREAM_OPTIONS,)
        if endpoint.is_shared:
            body[NO_STORE] = False
            added += (NO_STORE,)
    elif request.endpoint == "responses":
        if endpoint.is_shared:
            body = without_item_ids(body)
        body[NO_STORE] = False  # never left out: this API keeps by default
    return Passed(PATHS[request.endpoint], body, added, request.is_streamed)


def _nothing() -> None:
    """Nobody is told of the reads of an answer that goes out as a whole."""
