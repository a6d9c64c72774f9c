"""WebSockets: who may open one, and what is said on it. Pure functions."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import AppError, Language


def may_open(origin: str | None, host: str | None, allowed: Sequence[str]) -> bool:
    """Whether a page from `origin` may: those of other sites may not (RFC 6455 §10.2)."""
    if origin is None:
        return True
    return "*" in allowed or origin in (f"http://{host}", f"https://{host}", *allowed)


def refusal(error: AppError, language: Language, details: Mapping[str, Any]) -> dict[str, Any]:
    """The event that says why something was refused."""
    event = {"type": "error", "message": error.text(language), "code": error.code, **details}
    if error.reason is not None:
        event["reason"] = error.reason
    if error.retry_after is not None:
        event["retry_after"] = error.retry_after
    return event
