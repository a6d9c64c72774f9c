"""Titles: the first words at once, a better one by the user's own model after the first reply."""

from collections.abc import Callable

from sqlalchemy import Connection

from app.database import Database
from app.errors import AppError
from app.logs import log
from app.models import utc_now
from app.services.ai_service import AiService
from app.services.conversations.rows import write_model_title
from app.services.conversations.title_text import title_in
from app.services.endpoints.choice import require_usable
from app.services.endpoints.rows import hold_user
from app.services.endpoints.saved import SavedEndpoint
from app.services.endpoints.service import ConfigService
from app.services.usage.daily import ReplyLimits, count_default
from app.services.usage.meter import Meter
from app.services.usage.rows import Asked

EXCERPT_CHARACTERS = 1_000
ANSWER_CHARACTERS = 16_000
"""A title is not read to the end of what may never end; some models think aloud before it."""
INSTRUCTION = (
    "Write a title of at most six words for this conversation, in its own language. "
    "Answer with the title only, without quotation marks."
)


class TitleService:
    """Asks the model that wrote the reply for a title, or the one that its user has write them."""

    def __init__(
        self,
        database: Database,
        configs: ConfigService,
        ai: AiService,
        timeout_seconds: float,
        limits: Callable[[], ReplyLimits],
        meter: Meter,
    ) -> None:
        self._database = database
        self._meter = meter
        self._configs = configs
        self._ai = ai
        self._timeout = timeout_seconds
        self._limits = limits

    async def write(
        self,
        conversation_id: int,
        endpoint: SavedEndpoint,
        title_model_id: int | None,
        question: str,
        answer: str,
    ) -> str | None:
        """Give the conversation a title and return it; None when that failed, which is no harm.

        A title model that its user may not use any more is passed over.
        """
        if title_model_id is not None and title_model_id != endpoint.model_id:
            endpoint = await self._title_model(endpoint, title_model_id)
        if not self._configs.writes_titles(endpoint):
            return None
        said = f"User: {question[:EXCERPT_CHARACTERS]}\n\nAssistant: {answer[:EXCERPT_CHARACTERS]}"
        prompt = f"{INSTRUCTION}\n\n{said}"
        asked = Asked(endpoint.user_id, endpoint.target, "title", conversation_id=conversation_id)
        metered = self._meter.metered(asked, endpoint.priced, prompt, self._timeout)
        try:
            async with metered as requests:
                answered = await self._ai.complete(
                    self._configs.open(endpoint),
                    [{"role": "user", "content": prompt}],
                    self._timeout,
                    ANSWER_CHARACTERS,
                    requests,
                )
            title = title_in(answered, question, INSTRUCTION)
            if title is None:
                return None
            written = await self._database.write(write_model_title, conversation_id, title)
            return title if written else None
        except AppError as error:
            log.info("title_failed", code=error.code, conversation_id=conversation_id)
            return None

    async def _title_model(self, endpoint: SavedEndpoint, model_id: int) -> SavedEndpoint:
        default = self._configs.default_endpoint(endpoint.user_id)
        try:
            return await self._database.write(
                _title_model, endpoint, model_id, default, self._limits()
            )
        except AppError as error:
            log.info("title_model_unusable", code=error.code)
            return endpoint


def _title_model(
    connection: Connection,
    endpoint: SavedEndpoint,
    model_id: int,
    default: SavedEndpoint | None,
    limits: ReplyLimits,
) -> SavedEndpoint:
    """The model that is to write a title. An operator's one is counted where the reply was not."""
    found = require_usable(connection, endpoint.user_id, model_id, default)
    if found.is_counted and not endpoint.is_counted:
        hold_user(connection, endpoint.user_id)  # as a message does that is counted meanwhile
        count_default(connection, endpoint.user_id, limits, utc_now())
    return found
