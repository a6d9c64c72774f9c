"""Conversations as an export of any product tells them, in one form."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from annotated_types import Ge, MaxLen

type ArchiveSource = Literal[
    "chatgpt",
    "claude",
    "openwebui",
    "librechat",
    "lobechat",
    "chat-ui",
    "nextchat",
    "jsonl",
    "chat-backend",
]
"""The product that exported it; `jsonl`: chat lines as for fine-tuning."""

OWN_FORMAT = "chat-backend/1"
"""Of our own exports. It is counted up where a reader of the one before would take something for
what it is not."""
KEY_CHARACTERS = 200
TITLE_CHARACTERS = 200
MODEL_CHARACTERS = 100
NAME_CHARACTERS = 255
WHY_CHARACTERS = 50
TEXT_CHARACTERS = 1_500_000
"""Of one message, what the model thought and the texts of its files included."""
SYSTEM_CHARACTERS = 16_000

type Key = Annotated[str, MaxLen(KEY_CHARACTERS)]
type Why = Annotated[str, MaxLen(WHY_CHARACTERS)]
type ArchivedCount = Annotated[int, Ge(0)]


@dataclass(slots=True)
class ArchivedFile:
    """A file that a message holds. Its bytes lie in the file `spool` of the spool folder, or it is
    the `text` that its exporter took out of it; where there is neither, `why` says so. `mark`: of a
    picture in an export of our own."""

    name: Annotated[str, MaxLen(NAME_CHARACTERS)]
    spool: Annotated[str, MaxLen(NAME_CHARACTERS)] | None = None
    text: Annotated[str, MaxLen(TEXT_CHARACTERS)] | None = None
    why: Why | None = None
    mark: Annotated[str, MaxLen(NAME_CHARACTERS)] | None = None


@dataclass(slots=True)
class ArchivedMessage:
    """What was said. `key` is its id in the export, made unique in its conversation; `parent` the
    place of its parent among the messages, which is before its own. `shown`: it lies on the path
    shown. `own`: what only our own exports tell, as they tell it. `tokens`: by what it is found,
    each after a NUL, in order."""

    key: Key
    parent: ArchivedCount | None
    sender: Literal["user", "ai"]
    content: Annotated[str, MaxLen(TEXT_CHARACTERS)]
    said_at: datetime
    shown: bool
    status: Literal["complete", "stopped", "interrupted", "failed"] = "complete"
    reasoning: Annotated[str, MaxLen(TEXT_CHARACTERS)] | None = None
    model_name: Annotated[str, MaxLen(MODEL_CHARACTERS)] | None = None
    files: list[ArchivedFile] = field(default_factory=list)
    own: dict[str, Any] = field(default_factory=dict)
    tokens: str = ""


@dataclass(slots=True)
class ArchivedItem:
    """One conversation of an export, before its messages, or that there is none: `why`.

    `result`: `found`, `failed` (it cannot be read) or `skipped` (nobody said anything in it).
    `key`: its id in the export, or a hash of what was said where it has none. `notes`: what was
    dropped, joined and mended in it, and how often. `messages`: how many follow, parents first.
    """

    source: ArchiveSource | None
    result: Literal["found", "failed", "skipped"]
    why: Why | None = None
    key: Key | None = None
    source_id: Key | None = None
    title: Annotated[str, MaxLen(TITLE_CHARACTERS)] = ""
    system_prompt: Annotated[str, MaxLen(SYSTEM_CHARACTERS)] = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    notes: dict[Why, ArchivedCount] = field(default_factory=dict)
    messages: ArchivedCount = 0
    own: dict[str, Any] = field(default_factory=dict)
