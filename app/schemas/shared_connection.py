"""The operator's connections on the wire, as administrators see them."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from app.schemas.admin import AdminForm
from app.schemas.config import ApiKey, ModelName, ModelUrl
from app.schemas.connection import Label
from app.schemas.fields import GivenId

MODELS_NAMED_MOST = 100
GRANTS_MOST = 1_000
"""One of each group."""
MODELS_GRANTED_MOST = 1_000
ROWS_MOST = 10_000
"""Of all grants of one connection together."""


class SharedCreate(AdminForm):
    """`POST /admin/connections`; `models`: named by hand."""

    label: Label | None = None
    base_url: ModelUrl
    api_key: ApiKey
    models: Annotated[list[ModelName], Field(max_length=MODELS_NAMED_MOST)] = []


class SharedUpdate(AdminForm):
    """`PATCH /admin/connections/{id}`: what is given changes; another URL needs its key."""

    label: Label | None = None
    base_url: ModelUrl | None = None
    api_key: ApiKey | None = None
    shared: StrictBool | None = None


class SharedTry(AdminForm):
    """`POST /admin/connections/{id}/test`."""

    model_name: ModelName


class Grant(AdminForm):
    """That a group may use a connection: these models of it, or all."""

    group_id: GivenId
    model_ids: (
        Annotated[list[GivenId], Field(min_length=1, max_length=MODELS_GRANTED_MOST)] | None
    ) = None


class GrantsUpdate(AdminForm):
    """`PUT /admin/connections/{id}/grants`: all of them, in place of what there was."""

    restricted: StrictBool
    grants: Annotated[list[Grant], Field(max_length=GRANTS_MOST)]

    @model_validator(mode="after")
    def _a_group_once(self) -> Self:
        if len({grant.group_id for grant in self.grants}) < len(self.grants):
            raise PydanticCustomError("group_twice", "a group is named twice")
        if sum(len(grant.model_ids or [0]) for grant in self.grants) > ROWS_MOST:
            raise PydanticCustomError("too_many_items", "too many", {"max_length": ROWS_MOST})
        return self


class SharedModelRead(BaseModel):
    """A model of it; `gone`: its server lists it no longer."""

    id: int
    name: str
    gone: bool


class GrantRead(BaseModel):
    """A group that may use it; `model_ids` is null for all its models."""

    group_id: int
    model_ids: list[int] | None


class SharedRead(BaseModel):
    """A connection of the operator's; `restricted`: only groups with a grant may use it."""

    id: int
    slug: str
    label: str
    base_url: str
    key_tail: str | None
    shared: bool
    source: str
    models: list[SharedModelRead]
    restricted: bool
    grants: list[GrantRead]


class SharedList(BaseModel):
    """The operator's connections, the oldest first."""

    connections: list[SharedRead]
