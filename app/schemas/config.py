"""A user's model endpoint on the wire."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from app.schemas.fields import Text, UtcTime

ApiKey = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^[ -~]*$")
]
"""What may stand in a header (RFC 9110 section 5.5); blanks around it were copied along."""


class ConfigUpdate(BaseModel):
    """`PUT /auth/config`; `api_key` may be left out where the URL stays the same."""

    model_url: Annotated[Text, Field(min_length=1, max_length=500)]
    model_name: Annotated[Text, Field(min_length=1, max_length=100, pattern=r"\S")]
    api_key: ApiKey | None = None


class ConfigRead(BaseModel):
    """`GET /auth/config`: everything but the key."""

    model_url: str
    model_name: str
    configured_at: UtcTime


class Notice(BaseModel):
    """A sentence for the reader."""

    message: str
