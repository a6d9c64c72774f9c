"""The types that the upstream side shares with its callers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.schemas.message import TextKind, UsageRead

Prompt = list[dict[str, Any]]
"""Messages as a model is given them: `role` and `content`, oldest first."""
ModelKey = tuple[int, str, str]
"""A model of a user: the user's id, the base URL and the model's name."""
OnDelta = Callable[[TextKind, str], None]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A user's model server: base URL, model name and key (may be empty); user 0: nobody."""

    base_url: str
    model: str
    api_key: str = field(repr=False)
    user_id: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """How a reply ended when the model itself ended it."""

    finish_reason: str
    usage: UsageRead | None
    is_all_thought: bool = False
    """Whether a thought that the template was taken to have opened was never closed."""


def nothing() -> None:
    """For who need not be told."""
