"""An item of an export, before it is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.services.transfer.conversations import ArchivedConversation
from app.services.transfer.draft import UnreadableItem
from app.services.transfer.json_values import JsonValues, TooLarge

TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class ExportEntry:
    """An item that comes next; it is read, or passed over."""

    read: Callable[[], ArchivedConversation]
    skip: Callable[[], object]


def value_of(values: JsonValues, not_one: str) -> dict[str, Any]:
    """The object that comes next. Raises UnreadableItem: it is too large, or `not_one`."""
    try:
        value = values.value()
    except TooLarge as error:
        raise UnreadableItem(TOO_LARGE) from error
    if not isinstance(value, dict):
        raise UnreadableItem(not_one)
    return value
