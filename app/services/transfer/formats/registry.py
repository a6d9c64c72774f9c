"""All formats, in the order in which they are asked whether an export is theirs."""

from collections.abc import Collection, Iterator
from typing import Any, Protocol

from app.services.transfer.archive import ArchiveSource
from app.services.transfer.attachments import ArchivedFiles
from app.services.transfer.conversations import ArchivedConversation
from app.services.transfer.entries import ExportEntry
from app.services.transfer.formats import (
    chat_lines,
    chat_ui,
    chatgpt,
    claude,
    librechat,
    lobechat,
    nextchat,
    openwebui,
    own,
)
from app.services.transfer.json_values import JsonValues


class ConversationFormat(Protocol):
    """A product whose export has each conversation as one value. `NOT_ONE`: why another value is
    none."""

    SOURCE: ArchiveSource
    NOT_ONE: str

    def is_one(self, value: dict[str, Any], /) -> bool: ...

    def read(self, value: dict[str, Any], files: ArchivedFiles, /) -> ArchivedConversation: ...


class WholeFormat(Protocol):
    """A product whose export is one object that holds all conversations somewhere in it."""

    SOURCE: ArchiveSource

    def is_whole(self, keys: Collection[str], /) -> bool: ...

    def entries(self, values: JsonValues, files: ArchivedFiles, /) -> Iterator[ExportEntry]: ...


CONVERSATIONS: tuple[ConversationFormat, ...] = (
    own,
    chatgpt,
    claude,
    openwebui,
    librechat,
    chat_ui,
    chat_lines,
)
"""Our own comes first, and what is least particular last."""
WHOLES: tuple[WholeFormat, ...] = (nextchat, lobechat)
