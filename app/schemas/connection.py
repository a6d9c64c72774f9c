"""Connections on the wire: servers that have models."""

from typing import Annotated

from pydantic import BaseModel, StrictBool, StringConstraints

from app.schemas.config import ApiKey, ModelName, ModelUrl
from app.schemas.fields import Text, UtcTime, Visible

Label = Annotated[
    Text,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$"
    ),
    Visible,
]


class ConnectionCreate(BaseModel):
    """`POST /connections`; without a label it is called by its host."""

    label: Label | None = None
    model_url: ModelUrl
    api_key: ApiKey | None = None


class ConnectionUpdate(BaseModel):
    """`PATCH /connections/{id}`: what is given changes; another URL needs its key."""

    label: Label | None = None
    model_url: ModelUrl | None = None
    api_key: ApiKey | None = None
    enabled: StrictBool | None = None


class ConnectionRead(BaseModel):
    """A connection as its owner sees it; `key_tail`: the end of a key that is long enough."""

    id: int
    slug: str
    label: str
    model_url: str
    key_tail: str | None
    enabled: bool
    created_at: UtcTime
    updated_at: UtcTime


class ConnectionList(BaseModel):
    """A user's connections, the oldest first."""

    connections: list[ConnectionRead]


class ConnectionTry(BaseModel):
    """`POST /connections/{id}/test`."""

    model_name: ModelName


class ModelCreate(BaseModel):
    """`POST /connections/{id}/models`: a model that the server's list has not."""

    name: ModelName
