"""Accounts at providers on the wire."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.schemas.fields import Text, UtcTime

Slug = Annotated[Text, Field(min_length=1, max_length=64)]
ReturnTo = Annotated[Text, Field(max_length=500)]


class ProviderRead(BaseModel):
    """A provider to log in by, and what its button says."""

    slug: str
    label: str


class IdentityRead(BaseModel):
    """An account at a provider that logs in to the user's. `provider`: None where this server has
    no such provider any more."""

    id: int
    provider: str | None
    label: str
    issuer: str
    created_at: UtcTime
    last_login_at: UtcTime | None


class IdentityList(BaseModel):
    """`GET /auth/identities`."""

    identities: list[IdentityRead]


class IdentityTold(BaseModel):
    """An account at a provider, as an export names it."""

    issuer: str
    subject: str
    created_at: UtcTime
    last_login_at: UtcTime | None


class IdentitiesTold(BaseModel):
    """`identities.json` of an export."""

    identities: list[IdentityTold]


class IdentityCreate(BaseModel):
    """`POST /auth/identities`. `return_to`: the address of the page to come back to."""

    provider: Slug
    return_to: ReturnTo | None = None


class ProviderAddress(BaseModel):
    """Where the browser is to go."""

    url: str
