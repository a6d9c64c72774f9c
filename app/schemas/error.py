"""The one shape of every refusal."""

from typing import Annotated

from pydantic import BaseModel

from app.schemas.fields import LeftOutWhereNone


class FieldError(BaseModel):
    """What is wrong with one field of a request."""

    field: str
    message: str


class ErrorResponse(BaseModel):
    """`detail` is for people, `code` for programs and never changes.

    `reason` tells the causes of one code apart, `fields` says which of a request are wrong, where
    there is something to tell. `second_factor` is the ticket of a login that wants a second factor.
    """

    detail: str
    code: str
    reason: Annotated[str | None, LeftOutWhereNone] = None
    second_factor: Annotated[str | None, LeftOutWhereNone] = None
    fields: Annotated[list[FieldError] | None, LeftOutWhereNone] = None
