"""Tries a model endpoint before it is saved, or to find out what is wrong with it."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from weakref import WeakValueDictionary

from app.errors import (
    CapReached,
    KeyUnreadable,
    ModelUrlNotAllowed,
    ReplyError,
    UpstreamAuthFailed,
    UpstreamBadResponse,
    UpstreamModelUnknown,
    UpstreamNotCompatible,
    UpstreamRejected,
)
from app.schemas.config import EndpointTry, ModelNames, ModelTry, TrialErrorRead, TryResult
from app.schemas.message import ErrorRead
from app.services.ai_service import AiService, Endpoint
from app.services.audit.notes import RefusalNotes
from app.services.audit.refusals import note_refusal
from app.services.endpoints.connections import ConnectionService
from app.services.endpoints.rows import label_of
from app.services.endpoints.service import ConfigService
from app.services.upstream.body import at_most
from app.services.usage.meter import Meter
from app.services.usage.pricing import Priced
from app.services.usage.rows import Asked
from app.services.usage.targets import Target

TRIAL_SECONDS = 20.0
GREETING = [{"role": "user", "content": "Answer with one word: hello"}]
ANY_MODEL = "?"
"""A list of models is asked for without the name of one."""
VERSIONED = re.compile(r"/v\d+\w*(?:/|$)")

Keep = Callable[[str, list[str]], Awaitable[None]]
"""Takes what was listed, and at which URL."""


class _Answered(Exception):
    """The first words have come: no more of them is needed."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A model with its key, and what is written down of it."""

    endpoint: Endpoint
    target: Target


class EndpointTrials:
    """Asks endpoints for their models and for a first word. Nothing of it is kept.

    Of one user, one trial runs at a time; others wait, and no longer than one may take.
    """

    def __init__(
        self,
        configs: ConfigService,
        connections: ConnectionService,
        ai: AiService,
        notes: RefusalNotes,
        meter: Meter,
    ) -> None:
        self._configs = configs
        self._connections = connections
        self._ai = ai
        self._notes = notes
        self._meter = meter
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def models(self, user_id: int, wanted: EndpointTry) -> ModelNames:
        """The models that an endpoint offers; raises what `ConfigService.tried` raises, and
        ModelUrlNotAllowed for an address that may not be called."""
        return await self._models(user_id, self._configs.tried(user_id, wanted, ANY_MODEL))

    async def reply(self, user_id: int, wanted: ModelTry) -> TryResult:
        """Whether a model answers; raises what `ConfigService.tried` raises of the request."""
        return await self._reply(user_id, self._tried(user_id, wanted))

    async def refresh(self, user_id: int, connection_id: int) -> ModelNames:
        """The models that a connection offers now, which are kept; raises ConnectionNotFound, and
        ModelUrlNotAllowed for an address that may not be called any more."""
        endpoint = self._connections.endpoint(user_id, connection_id, ANY_MODEL)

        async def keep(base_url: str, names: list[str]) -> None:
            await self._connections.save_list(user_id, connection_id, base_url, names)

        return await self._models(user_id, endpoint, keep)

    async def list_models(self, endpoint: Endpoint, keep: Keep) -> ModelNames:
        """The models that an endpoint offers now, which are given to `keep`."""
        return await self._models(endpoint.user_id, _at_hand(endpoint), keep)

    async def ask(self, endpoint: Endpoint, target: Target) -> TryResult:
        """Whether a model answers. `target`: what is written down of it."""
        return await self._reply(endpoint.user_id, _at_hand(Tried(endpoint, target)))

    async def test(self, user_id: int, connection_id: int, model_name: str) -> TryResult:
        """Whether a model of a connection answers; raises ConnectionNotFound."""
        return await self._reply(
            user_id, self._of_connection(user_id, connection_id, model_name.strip())
        )

    async def _tried(self, user_id: int, wanted: ModelTry) -> Tried:
        endpoint = await self._configs.tried(user_id, wanted, wanted.model_name)
        target = Target(user_id, None, label_of(endpoint.base_url), None, endpoint.model)
        return Tried(endpoint, target)

    async def _of_connection(self, user_id: int, connection_id: int, model_name: str) -> Tried:
        saved = await self._connections.saved(user_id, connection_id, model_name)
        return Tried(self._configs.open(saved), saved.target)

    async def _models(
        self, user_id: int, wanted: Awaitable[Endpoint], keep: Keep | None = None
    ) -> ModelNames:
        try:
            async with self._turn(user_id):
                endpoint = await wanted
                try:
                    names = await self._ai.list_models(endpoint)
                except (UpstreamRejected, UpstreamBadResponse):
                    error = ErrorRead.of(UpstreamNotCompatible())
                    suggested = await self._suggested(endpoint)
                    return ModelNames(models=[], error=error, suggested_url=suggested)
                if keep is not None:
                    await keep(endpoint.base_url, names)
                return ModelNames(models=names, error=None)
        except (ReplyError, KeyUnreadable) as error:
            return ModelNames(models=[], error=ErrorRead.of(error))

    async def _reply(self, user_id: int, wanted: Awaitable[Tried]) -> TryResult:
        suggested = None
        try:
            async with self._turn(user_id):
                tried = await wanted
                try:
                    seconds = await self._seconds_to_answer(tried)
                except UpstreamNotCompatible:
                    suggested = await self._suggested(tried.endpoint)
                    raise
        except (ReplyError, KeyUnreadable, ModelUrlNotAllowed, CapReached) as error:
            note_refusal(self._notes, error, user_id)
            read = TrialErrorRead.of(error)
            return TryResult(ok=False, error=read, reply_seconds=None, suggested_url=suggested)
        return TryResult(ok=True, error=None, reply_seconds=round(seconds, 3))

    @asynccontextmanager
    async def _turn(self, user_id: int) -> AsyncIterator[None]:
        lock = self._turns.setdefault(user_id, asyncio.Lock())
        async with at_most(TRIAL_SECONDS), lock:
            yield

    async def _seconds_to_answer(self, tried: Tried) -> float:
        """Seconds to the first words, streamed as in a chat. Leaves then, to save the cost."""
        endpoint = tried.endpoint
        asked = Asked(endpoint.user_id, tried.target, "trial")
        model = None  # whose price is found with its connection
        if tried.target.connection_id is None:
            model = Priced(endpoint.base_url, endpoint.model, is_shared=False, price=None)
        metered = self._meter.metered(asked, model, GREETING[0]["content"], TRIAL_SECONDS)
        began = perf_counter()
        try:
            async with metered as requests:

                def leave(_: str, text: str) -> None:
                    requests.current.said = text
                    raise _Answered

                await self._ai.stream_reply(endpoint, GREETING, leave, requests=requests)
        except _Answered:
            pass
        except UpstreamBadResponse as error:
            raise UpstreamNotCompatible from error
        except UpstreamRejected as error:
            raise await self._reason(endpoint, error) from error
        return perf_counter() - began

    async def _reason(self, endpoint: Endpoint, refusal: UpstreamRejected) -> ReplyError:
        """Why a request was refused: a wrong path or a wrong model name, by the list of models.

        Some servers have no list. Whether one is there at all is told by how it refuses then: by
        the model's name, or for another reason than that nothing is at the path.
        """
        try:
            names = await self._ai.list_models(endpoint)
        except (UpstreamRejected, UpstreamBadResponse):
            known = isinstance(refusal, UpstreamModelUnknown) and refusal.certain
            return refusal if known or refusal.may_be_length else UpstreamNotCompatible()
        except ReplyError:
            return refusal
        return refusal if endpoint.model in names else UpstreamModelUnknown()

    async def _suggested(self, endpoint: Endpoint) -> str | None:
        """The address that is probably meant, if a server answers there. It is not sent the key,
        which is for its own URL only: that it wants one is answer enough."""
        if VERSIONED.search(endpoint.base_url):
            return None
        url = f"{endpoint.base_url.rstrip('/')}/v1"
        try:
            await self._ai.list_models(Endpoint(url, ANY_MODEL, "", endpoint.user_id))
        except UpstreamAuthFailed:
            return url
        except (ReplyError, ModelUrlNotAllowed):
            return None
        return url


async def _at_hand[T](found: T) -> T:
    return found
