"""Imports on the wire."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.schemas.fields import AsWritten, LeftOutWhereNone, UtcTime

ImportStatus = Literal["uploading", "waiting", "running", "done", "failed", "cancelled"]
"""uploading: its file is coming · waiting: for its turn · running: conversations are being written
· or how it ended."""
ItemResult = Literal["created", "updated", "unchanged", "skipped", "failed"]
UNENDED: tuple[ImportStatus, ...] = ("uploading", "waiting", "running")
ImportWhy = Literal[
    "encrypted",
    "links",
    "paths",
    "nested",
    "too_many_members",
    "too_large",
    "packed_otherwise",
    "not_readable",
    "not_recognised",
    "unreadable",
    "storage_full",
    "expired",
    "file_gone",
]
"""Why a whole import failed. expired: it had not ended a day after it began · file_gone: its file
is not there any more · unreadable: reading it took too much, or broke off."""
ByteCount = Annotated[int, Field(ge=0, le=2**40), AsWritten]
"""A length, or a place in a file."""
ItemCursor = Annotated[str, Field(pattern=r"^[0-9]{1,10}$")]


class ImportRead(BaseModel):
    """An import, and how far it is: `done` of `total` conversations of its file, each with one of
    the five results, and `messages` that were added. What ends the list is left out where it is
    not known or not so: the length of the file in bytes, why it failed, how far it is undone."""

    id: int
    name: str
    status: ImportStatus
    format: str | None
    done: int
    total: Annotated[int | None, LeftOutWhereNone] = None
    created: int
    updated: int
    unchanged: int
    skipped: int
    failed: int
    messages: int
    created_at: UtcTime
    ended_at: UtcTime | None
    size: Annotated[int | None, LeftOutWhereNone] = None
    why: Annotated[ImportWhy | None, LeftOutWhereNone] = None
    undo: Annotated[Literal["running", "done"] | None, LeftOutWhereNone] = None


class ImportList(BaseModel):
    """`GET /imports`: newest first, and how many bytes a file may have."""

    imports: list[ImportRead]
    has_more: bool
    max_bytes: int


class ImportNote(BaseModel):
    """Something that an import did to a conversation beside copying it, and how often; of a file
    that is missing, its name, and why it is."""

    code: str
    count: int
    name: Annotated[str | None, LeftOutWhereNone] = None
    why: Annotated[str | None, LeftOutWhereNone] = None


class ImportItemRead(BaseModel):
    """What became of one conversation of the file. `source_id`: its id there. What ends the list is
    left out where there is none."""

    source_id: str | None
    title: str
    result: ItemResult
    notes: list[ImportNote]
    why: Annotated[str | None, LeftOutWhereNone] = None
    conversation_id: Annotated[int | None, LeftOutWhereNone] = None


class ImportItemPage(BaseModel):
    """Items in the order of the file; where `cursor` is not null there are more."""

    items: list[ImportItemRead]
    cursor: str | None = None
