"""Conversations on the wire."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, StrictBool, StringConstraints

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

    For the title and the instructions null changes nothing; for the rest it clears. An archived
    one is out of the list, and keeps its pin and its folder.
    """

    title: Title | None = None
    system_prompt: SystemPrompt | None = None
    model_id: GivenId | None = None
    preset_id: GivenId | None = None
    params: ReplyParams | None = None
    pinned: StrictBool | None = None
    archived: StrictBool | None = None
    folder_id: GivenId | None = None


class ConversationCreated(BaseModel):
    """A new conversation."""

    id: int
    title: str
    created_at: UtcTime


class ConversationRead(ConversationCreated):
    """A conversation. `continued_from`, where there is one: the day of the shared conversation that
    it goes on with."""

    updated_at: UtcTime
    system_prompt: str | None = None
    model_id: int | None = None
    preset_id: int | None = None
    params: ParamsRead | None = None
    pinned: bool = False
    archived: bool = False
    folder_id: int | None = None
    continued_from: Annotated[date | None, LeftOutWhereNone] = None


class ConversationItem(ConversationCreated):
    """A conversation in a list; `message_count` counts the messages on the path shown.

    `has_system_prompt` is there where it has one, and then true; so are `pinned` and `archived`;
    `model_id` where one was chosen for it, `folder_id` where it is in one. Of a deleted one, when
    that was, and until when it can be restored.
    """

    updated_at: UtcTime
    message_count: int
    has_system_prompt: Annotated[bool | None, LeftOutWhereNone] = None
    model_id: Annotated[int | None, LeftOutWhereNone] = None
    pinned: Annotated[bool | None, LeftOutWhereNone] = None
    archived: Annotated[bool | None, LeftOutWhereNone] = None
    folder_id: Annotated[int | None, LeftOutWhereNone] = None
    deleted_at: Annotated[UtcTime | None, LeftOutWhereNone] = None
    restorable_until: Annotated[UtcTime | None, LeftOutWhereNone] = None


class ConversationList(BaseModel):
    """One page, newest first, and how many there are in all."""

    conversations: list[ConversationItem]
    total: int
