"""Groups on the wire."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, StringConstraints
from pydantic_core import PydanticCustomError

from app.schemas.admin import AdminForm
from app.schemas.fields import Text, UtcTime, Visible
from app.utils.names import canonical

NAME_CHARACTERS = 100
NAME_KEY_MAX_BYTES = 400


def _short_key(value: str) -> str:
    if len(canonical(value)) > NAME_KEY_MAX_BYTES:
        raise PydanticCustomError("string_too_long", "too long", {"max_length": NAME_CHARACTERS})
    return value


GroupName = Annotated[
    Text,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=NAME_CHARACTERS,
        pattern=r"^[^\x00-\x1f\x7f-\x9f]*$",
    ),
    Visible,
    AfterValidator(_short_key),
]


class GroupForm(AdminForm):
    """`POST /admin/groups` and `PATCH /admin/groups/{id}`."""

    name: GroupName


class GroupRead(BaseModel):
    """A group, and how many are in it."""

    id: int
    name: str
    members: int
    created_at: UtcTime


class GroupList(BaseModel):
    """Every group, by name."""

    groups: list[GroupRead]
