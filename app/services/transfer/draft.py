"""A conversation as a format reads it, before the rules that hold for all formats."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from app.services.transfer.archive import ArchivedFile, ArchiveSource


class UnreadableItem(Exception):
    """An item is no conversation: `why`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class DraftMessage:
    """A node of an export, in the words of the export. `sender`: none where it is not shown;
    `dropped` says why then, and its reasoning goes on to the reply it leads to. `parent` and
    `children` are ids of the export, `time` is as it stands there."""

    id: str | None
    sender: Literal["user", "ai"] | None
    dropped: str | None = None
    parent: str | None = None
    children: Sequence[str] = ()
    text: str = ""
    reasoning: str = ""
    time: Any = None
    model: str | None = None
    status: Literal["complete", "interrupted", "failed"] = "complete"
    files: list[ArchivedFile] = field(default_factory=list)


@dataclass(slots=True)
class ConversationDraft:
    """A conversation of an export, in the words of the export. `chained`: a message that names no
    parent follows the one before. `current`: the id of the message that its path ends with."""

    source: ArchiveSource
    id: str | None
    title: Any = None
    system: str = ""
    created: Any = None
    updated: Any = None
    current: str | None = None
    chained: bool = False
    messages: list[DraftMessage] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
