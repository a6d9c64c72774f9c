"""The one shape of every refusal."""

from pydantic import BaseModel


class ErrorResponse(BaseModel):
    """`detail` is for people, `code` for programs and never changes."""

    detail: str
    code: str
