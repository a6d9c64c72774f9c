"""The words of a failed reply, in the reader's language; services know its code alone."""

from collections.abc import Iterable

from app.errors import Language, error_by_code
from app.schemas.config import ModelNames, TrialErrorRead, TryResult
from app.schemas.events import ServerEvent
from app.schemas.message import ErrorRead, Exchange, MessagePage, MessageVersions

SUGGESTED = {"zh": "；{url} 是", "en": ", but {url} does"}


def worded[T: MessagePage | MessageVersions | Exchange | ModelNames | TryResult](
    answer: T, language: Language
) -> T:
    """The same answer, every error in it with its words."""
    for error in _errors(answer):
        if error is not None:
            reason = error.reason if isinstance(error, TrialErrorRead) else None
            error.message = error_by_code(error.code, reason).text(language)
            if isinstance(answer, ModelNames | TryResult) and answer.suggested_url:
                error.message += SUGGESTED[language].format(url=answer.suggested_url)
    return answer


def worded_event(event: ServerEvent, language: Language) -> ServerEvent:
    """The same event, with its words where it is the error that ended a reply."""
    if event["type"] == "error":
        event["message"] = error_by_code(event["code"]).text(language)
    return event


def _errors(
    answer: MessagePage | MessageVersions | Exchange | ModelNames | TryResult,
) -> Iterable[ErrorRead | None]:
    match answer:
        case MessagePage(messages=messages) | MessageVersions(versions=messages):
            return [message.error for message in messages]
        case Exchange(reply=reply):
            return [reply.error]
        case ModelNames(error=error) | TryResult(error=error):
            return [error]
