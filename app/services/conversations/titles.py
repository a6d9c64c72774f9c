"""Titles: the first words at once, a better one by the user's own model after the first reply."""

import re
import unicodedata
from itertools import dropwhile, islice

from app.database import Database
from app.errors import AppError
from app.logs import log
from app.services.ai_service import AiService
from app.services.conversations.rows import write_model_title
from app.services.endpoints.service import ConfigService, SavedEndpoint
from app.utils.visible import has_visible, is_visible

TITLE_CHARACTERS = 50
READ_CHARACTERS = 2_000
"""Text beyond this is ignored: a model may answer with megabytes."""
EXCERPT_CHARACTERS = 1_000
MARKS = "#*_`\"'“”‘’《》「」 .。"
INSTRUCTION = (
    "Write a title of at most six words for this conversation, in its own language. "
    "Answer with the title only, without quotation marks.\n\n"
    "User: {question}\n\nAssistant: {answer}"
)


def first_words(content: str) -> str:
    """The beginning of a message as a title: one line, whole words where there are blanks."""
    line = _one_line(content)
    if len(line) <= TITLE_CHARACTERS:
        return line
    cut = line[: TITLE_CHARACTERS - 1]
    head, blank, _ = cut.rpartition(" ")
    return (head if blank and len(head) > TITLE_CHARACTERS // 2 else cut).rstrip() + "…"


def tidy_title(answer: str) -> str:
    """What a model answered as a title: its first line without marks, or an empty text."""
    lines = [line for line in answer[:READ_CHARACTERS].splitlines() if has_visible(line)]
    line = _one_line(lines[0]).strip(MARKS) if lines else ""
    line = re.sub(r"^(?:title|标题)\s*[:：]", "", line, flags=re.IGNORECASE)
    return first_words(line.strip(MARKS))


def _one_line(text: str) -> str:
    """The text on one line, from its first visible character: cutting it must not leave only
    invisible ones."""
    seen = islice(dropwhile(lambda c: not is_visible(c), text), READ_CHARACTERS)
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in seen)
    return " ".join(plain.split())


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
        prompt = INSTRUCTION.format(
            question=question[:EXCERPT_CHARACTERS], answer=answer[:EXCERPT_CHARACTERS]
        )
        try:
            answered = await self._ai.complete(
                self._configs.open(endpoint), [{"role": "user", "content": prompt}], self._timeout
            )
            title = tidy_title(answered)
            if not title:
                return None
            written = await self._database.write(write_model_title, conversation_id, title)
            return title if written else None
        except AppError as error:
            log.info("title_failed", code=error.code, conversation_id=conversation_id)
            return None
