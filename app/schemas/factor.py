"""Second factors on the wire."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from app.schemas.fields import Text
from app.schemas.identity import ReturnTo, Slug
from app.schemas.passkey import PasskeyGiven
from app.schemas.session import OpaqueToken
from app.schemas.user import GivenPassword

Code = Annotated[Text, Field(min_length=1, max_length=20, examples=["123456"])]
GivenRecoveryCode = Annotated[Text, Field(min_length=1, max_length=100)]


class FactorsRead(BaseModel):
    """`GET /auth/factors`. `required`: this server lets nobody do more without a second factor than
    set one up."""

    totp: bool
    passkeys: int
    recovery_codes_left: int
    required: bool


class QrCode(BaseModel):
    """A QR code as the path of an SVG that is `size` by `size`, its quiet zone included."""

    size: int
    path: str


class TotpBegun(BaseModel):
    """`POST /auth/totp`: what an authenticator app takes; not in use before a code confirms it."""

    secret: str
    uri: str
    qr: QrCode


class TotpConfirmation(BaseModel):
    """`POST /auth/totp/confirm`."""

    code: Code


class RecoveryCodes(BaseModel):
    """Codes that each stand once for the second factor. They are told this once."""

    recovery_codes: list[str]


class GivenFactor(BaseModel):
    """A code of the authenticator app, or a recovery code."""

    code: Code | None = None
    recovery_code: GivenRecoveryCode | None = None

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.code is not None and self.recovery_code is not None:
            raise PydanticCustomError("one_of_two", "give code or recovery_code")
        return self


class SecondLogin(GivenFactor):
    """`POST /auth/login/second`: the ticket that the password got, and one of the three. Without
    `ticket` the cookie's is used, which somebody has who comes from a provider."""

    ticket: OpaqueToken | None = None
    passkey: PasskeyGiven | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = (self.code, self.recovery_code, self.passkey)
        if sum(each is not None for each in given) != 1:
            raise PydanticCustomError("one_of_two", "give code, recovery_code or passkey")
        return self


WAYS = ("password", "passkey", "provider")
"""Fields of which `POST /auth/reauthenticate` takes one."""


class Reauthentication(GivenFactor):
    """`POST /auth/reauthenticate`: one way in which the account logs in; with the second factor
    where it has one. `provider`: they go there and come back to `return_to`."""

    password: GivenPassword | None = None
    passkey: PasskeyGiven | None = None
    provider: Slug | None = None
    return_to: ReturnTo | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(getattr(self, way) is not None for way in WAYS) != 1:
            raise PydanticCustomError("one_way", "give one way to log in")
        return self
