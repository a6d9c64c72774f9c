"""Folders on the wire."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from app.schemas.fields import Text, UtcTime, Visible

FolderName = Annotated[
    Text,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$"
    ),
    Visible,
]
Order = Annotated[int, Field(strict=True, ge=-(2**31) + 1, le=2**31 - 1)]


class FolderCreate(BaseModel):
    """`POST /folders`; without an order it is the last one."""

    name: FolderName
    order: Order | None = None


class FolderUpdate(BaseModel):
    """`PATCH /folders/{id}`: what is given changes."""

    name: FolderName | None = None
    order: Order | None = None


class FolderRead(BaseModel):
    """A folder, and how many conversations in it are neither archived nor deleted."""

    id: int
    name: str
    order: int
    conversation_count: int
    created_at: UtcTime
    updated_at: UtcTime


class FolderList(BaseModel):
    """A user's folders, in their order."""

    folders: list[FolderRead]
