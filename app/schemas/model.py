"""Models on the wire: all that somebody may use."""

from typing import Annotated

from pydantic import BaseModel, Field, StrictBool

from app.schemas.connection import Label
from app.schemas.price import Price, PriceRead

Tokens = Annotated[int, Field(strict=True, ge=64, le=2_000_000)]


class ModelConnectionRead(BaseModel):
    """Where a model is. Of a shared one the operator's label alone, which is empty for the model of
    the server's settings. `slug`: what programs put before the model's name, with a slash between;
    of a shared one it begins with `@`."""

    id: int | None
    slug: str
    label: str
    shared: bool


class ModelRead(BaseModel):
    """A model; `price`: as whoever has its connection says; `gone`: the list of its server has it
    no longer, which may be wrong; `images`: whether pictures go to it as pictures."""

    id: int
    name: str
    label: str | None
    connection: ModelConnectionRead
    favourite: bool
    default: bool
    context_tokens: int | None
    vision: bool | None
    images: bool
    price: PriceRead | None
    gone: bool


class ModelList(BaseModel):
    """Every model that a user may use, by connection."""

    models: list[ModelRead]


class ModelUpdate(BaseModel):
    """`PATCH /models/{id}`: what is given changes; null clears all but `favourite`."""

    favourite: StrictBool | None = None
    label: Label | None = None
    context_tokens: Tokens | None = None
    vision: StrictBool | None = None
    price: Price | None = None
