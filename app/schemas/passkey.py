"""Passkeys on the wire. What browsers make and take is spelled as Web Authentication spells it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from app.schemas.fields import Text, UtcTime, Visible
from app.schemas.session import OpaqueToken

type CreationOptions = dict[str, Any]
"""What `PublicKeyCredential.parseCreationOptionsFromJSON` takes."""
type RequestOptions = dict[str, Any]
"""What `PublicKeyCredential.parseRequestOptionsFromJSON` takes."""

NAME_CHARACTERS = 80
PasskeyName = Annotated[
    Text,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=NAME_CHARACTERS,
        pattern=r"^[^\x00-\x1f\x7f-\x9f]*$",
    ),
    Visible,
]
_BASE64URL = r"^[A-Za-z0-9_-]+={0,2}$"
CredentialId = Annotated[str, Field(min_length=1, max_length=1400, pattern=_BASE64URL)]
Signed = Annotated[str, Field(min_length=1, max_length=16_000, pattern=_BASE64URL)]
Handle = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9_-]*={0,2}$")]
Transport = Annotated[str, Field(pattern=r"^[a-z-]{1,20}$")]


class AttestationResponse(BaseModel):
    """What a new credential says of itself."""

    clientDataJSON: Signed
    attestationObject: Signed
    transports: Annotated[list[Transport], Field(max_length=10)] = []


class RegistrationCredential(BaseModel):
    """A new credential, as `toJSON()` of a browser's spells it."""

    id: CredentialId
    rawId: CredentialId
    type: Literal["public-key"]
    response: AttestationResponse


class AssertionResponse(BaseModel):
    """What a credential has signed."""

    clientDataJSON: Signed
    authenticatorData: Signed
    signature: Signed
    userHandle: Handle | None = None


class AuthenticationCredential(BaseModel):
    """The use of a credential, as `toJSON()` of a browser's spells it."""

    id: CredentialId
    rawId: CredentialId
    type: Literal["public-key"]
    response: AssertionResponse


class PasskeyCreationOptions(BaseModel):
    """`POST /auth/passkeys/options`."""

    challenge_id: str
    options: CreationOptions


class PasskeyCreate(BaseModel):
    """`POST /auth/passkeys`."""

    challenge_id: OpaqueToken
    name: PasskeyName
    credential: RegistrationCredential


class PasskeyUpdate(BaseModel):
    """`PATCH /auth/passkeys/{id}`."""

    name: PasskeyName


class PasskeyRead(BaseModel):
    """A passkey as its owner sees it. `synced`: it was copied elsewhere, as by a password manager,
    when it was last used."""

    id: int
    name: str
    created_at: UtcTime
    last_used_at: UtcTime | None
    synced: bool


class PasskeyCreated(PasskeyRead):
    """A new passkey, with recovery codes where it is the account's first second factor."""

    recovery_codes: list[str] | None


class PasskeyList(BaseModel):
    """`GET /auth/passkeys`."""

    passkeys: list[PasskeyRead]


class PasskeyAsked(BaseModel):
    """`POST /auth/login/passkey/options`: with the ticket of a right password where the passkey is
    to be its second step. `second_step`: a cookie has the ticket, as of who comes from a
    provider."""

    ticket: OpaqueToken | None = None
    second_step: bool | None = None


class PasskeyRequestOptions(BaseModel):
    """Answers `POST /auth/login/passkey/options`."""

    challenge_id: str
    options: RequestOptions


class PasskeyGiven(BaseModel):
    """`POST /auth/login/passkey`, and what stands for a passkey elsewhere."""

    challenge_id: OpaqueToken
    credential: AuthenticationCredential
