"""Conversations on the wire."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from app.schemas.fields import GivenId, LeftOutWhereNone, Text, UtcTime, Visible
from app.schemas.params import ParamsRead, ReplyParams

Title = Annotated[
    Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Visible
]
SystemPrompt = Annotated[Text, Field(max_length=16_000)]
"""Four bytes each at most: a TEXT column of MySQL takes 65,535 bytes, not characters."""


class ConversationCreate(BaseModel):
    """`POST /conversations`; the body may be left out."""

    title: Title | None = None


class ConversationUpdate(BaseModel):
    """`PATCH /conversations/{id}`: what is given changes; an empty `system_prompt` removes it.

    For the title and the instructions null changes nothing; for the rest it clears.
    """

    title: Title | None = None
    system_prompt: SystemPrompt | None = None
    model_id: GivenId | None = None
    preset_id: GivenId | None = None
    params: ReplyParams | None = None


class ConversationCreated(BaseModel):
    """A new conversation."""

    id: int
    title: str
    created_at: UtcTime


class ConversationRead(ConversationCreated):
    """A conversation."""

    updated_at: UtcTime
    system_prompt: str | None = None
    model_id: int | None = None
    preset_id: int | None = None
    params: ParamsRead | None = None


class ConversationItem(ConversationCreated):
    """A conversation in a list; `message_count` counts the messages on the path shown.

    `has_system_prompt` is there where it has one, and then true; `model_id` where one was
    chosen for it. Of a deleted one, when that was, and until when it can be restored.
    """

    updated_at: UtcTime
    message_count: int
    has_system_prompt: Annotated[bool | None, LeftOutWhereNone] = None
    model_id: Annotated[int | None, LeftOutWhereNone] = None
    deleted_at: Annotated[UtcTime | None, LeftOutWhereNone] = None
    restorable_until: Annotated[UtcTime | None, LeftOutWhereNone] = None


class ConversationList(BaseModel):
    """One page, newest first, and how many there are in all."""

    conversations: list[ConversationItem]
    total: int
