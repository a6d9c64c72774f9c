"""The operator's caps on the wire, as administrators set and see them."""

from typing import Literal, Self

from pydantic import BaseModel, model_validator
from pydantic_core import PydanticCustomError

from app.schemas.admin import AdminForm, GroupNamed
from app.schemas.cap import WARN_PERCENT, Amount, CapPeriod, CapScope, CapUnit, WarnPercent
from app.schemas.fields import GivenId, UtcTime

OperatorScope = Literal["everyone", "group", "user"]


class CapCreate(AdminForm):
    """`POST /admin/caps`: of everyone together, of a group's members together, of one user or,
    without one, of each; of a connection or one of its models, or of all that is shared."""

    scope: OperatorScope
    user_id: GivenId | None = None
    group_id: GivenId | None = None
    connection_id: GivenId | None = None
    model_id: GivenId | None = None
    period: CapPeriod
    unit: CapUnit
    amount: Amount
    warn_percent: WarnPercent = WARN_PERCENT

    @model_validator(mode="after")
    def _with_whose_it_is(self) -> Self:
        if (self.group_id is not None) != (self.scope == "group"):
            raise PydanticCustomError("cap_scope", "scope and group_id do not agree")
        if self.user_id is not None and self.scope != "user":
            raise PydanticCustomError("cap_scope", "scope and user_id do not agree")
        if self.model_id is not None and self.connection_id is None:
            raise PydanticCustomError("cap_target", "model_id wants its connection_id")
        return self


class UserNamed(BaseModel):
    """A user, by their name."""

    id: int
    username: str


class ConnectionNamed(BaseModel):
    """A connection of the operator's, by its slug and its label."""

    id: int
    slug: str
    label: str


class ModelNamed(BaseModel):
    """A model, by its name."""

    id: int
    name: str


class AdminCap(BaseModel):
    """A cap of the operator's. `used` is null for one that each user has for themselves."""

    id: int
    scope: CapScope
    user: UserNamed | None
    group: GroupNamed | None
    connection: ConnectionNamed | None
    model: ModelNamed | None
    period: CapPeriod
    unit: CapUnit
    amount: int
    warn_percent: int
    used: int | None
    resets_at: UtcTime


class AdminCapList(BaseModel):
    """Every cap of the operator's, the oldest first."""

    caps: list[AdminCap]
