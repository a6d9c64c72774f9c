"""Titles: the first words at once, a better one by the user's own model after the first reply."""

from app.database import Database
from app.errors import AppError
from app.logs import log
from app.services.ai_service import AiService
from app.services.conversations.rows import write_model_title
from app.services.conversations.title_text import title_in
from app.services.endpoints.service import ConfigService, SavedEndpoint

EXCERPT_CHARACTERS = 1_000
ANSWER_CHARACTERS = 16_000
"""A title is not read to the end of what may never end; some models think aloud before it."""
INSTRUCTION = (
    "Write a title of at most six words for this conversation, in its own language. "
    "Answer with the title only, without quotation marks."
)


class TitleService:
    """Asks the model that wrote the reply for a title."""

    def __init__(
        self,
        database: Database,
        configs: ConfigService,
        ai: AiService,
        timeout_seconds: float,
    ) -> None:
        self._database = database
        self._configs = configs
        self._ai = ai
        self._timeout = timeout_seconds

    async def write(
        self, conversation_id: int, endpoint: SavedEndpoint, question: str, answer: str
    ) -> str | None:
        """Give the conversation a title and return it; None when that failed, which is no harm."""
        if not self._configs.writes_titles(endpoint):
            return None
        said = f"User: {question[:EXCERPT_CHARACTERS]}\n\nAssistant: {answer[:EXCERPT_CHARACTERS]}"
        prompt = f"{INSTRUCTION}\n\n{said}"
        try:
            answered = await self._ai.complete(
                self._configs.open(endpoint),
                [{"role": "user", "content": prompt}],
                self._timeout,
                ANSWER_CHARACTERS,
            )
            title = title_in(answered, question, INSTRUCTION)
            if title is None:
                return None
            written = await self._database.write(write_model_title, conversation_id, title)
            return title if written else None
        except AppError as error:
            log.info("title_failed", code=error.code, conversation_id=conversation_id)
            return None
