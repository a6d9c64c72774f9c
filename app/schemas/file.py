"""Attachments on the wire."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from app.schemas.fields import GivenId, LeftOutWhereNone

PER_MESSAGE = 10


def _different(ids: list[int]) -> list[int]:
    if len(set(ids)) < len(ids):
        raise PydanticCustomError("repeated", "holds an id twice")
    return ids


AttachmentIds = Annotated[list[GivenId], Field(max_length=PER_MESSAGE), AfterValidator(_different)]
"""Files that a message is to hold, in this order."""


class AttachmentRead(BaseModel):
    """A file that a message holds. `bytes` and the rest are of what is stored: pictures are drawn
    anew. What ends the list is left out where it means nothing."""

    id: int
    name: str
    type: str
    bytes: int
    width: Annotated[int | None, LeftOutWhereNone] = None
    height: Annotated[int | None, LeftOutWhereNone] = None
    pages: Annotated[int | None, LeftOutWhereNone] = None


class AttachmentUploaded(AttachmentRead):
    """A file as its upload is answered; `tokens`: about how many a model is sent for it."""

    characters: Annotated[int | None, LeftOutWhereNone] = None
    tokens: int


class AttachmentLimits(BaseModel):
    """How much may be uploaded, and how much a user has stored."""

    used_bytes: int
    quota_bytes: int
    max_bytes: int
    per_message: int
    context_images: int
