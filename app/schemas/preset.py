"""Presets on the wire."""

from pydantic import BaseModel

from app.schemas.connection import Label
from app.schemas.conversation import SystemPrompt
from app.schemas.fields import GivenId, UtcTime
from app.schemas.params import ParamsRead, ReplyParams


class PresetCreate(BaseModel):
    """`POST /presets`."""

    name: Label
    model_id: GivenId | None = None
    system_prompt: SystemPrompt | None = None
    params: ReplyParams | None = None


class PresetUpdate(BaseModel):
    """`PATCH /presets/{id}`: what is given changes; null clears all but the name."""

    name: Label | None = None
    model_id: GivenId | None = None
    system_prompt: SystemPrompt | None = None
    params: ReplyParams | None = None


class PresetRead(BaseModel):
    """A preset. Its model may be gone by now."""

    id: int
    name: str
    model_id: int | None
    system_prompt: str | None
    params: ParamsRead | None
    created_at: UtcTime
    updated_at: UtcTime


class PresetList(BaseModel):
    """A user's presets, by name."""

    presets: list[PresetRead]
