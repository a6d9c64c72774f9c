"""Keys for programs, on the wire: what their owners make, see and end."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from app.schemas.cap import Amount, CapPeriod, CapUnit
from app.schemas.connection import Label
from app.schemas.fields import AnsweredTime, GivenId, UtcTime

KeyScope = Literal["models", "chat", "embeddings"]
"""models: list them · chat: chat completions and responses · embeddings."""
SCOPES: tuple[KeyScope, ...] = ("models", "chat", "embeddings")
KEY_MODELS_MOST = 100


def _once(scopes: list[KeyScope]) -> list[KeyScope]:
    return [scope for scope in SCOPES if scope in scopes]


KeyScopes = Annotated[
    list[KeyScope], Field(min_length=1, max_length=len(SCOPES)), AfterValidator(_once)
]
KeyModels = Annotated[list[GivenId], Field(min_length=1, max_length=KEY_MODELS_MOST)]


class KeyCap(BaseModel):
    """How much may be used by one key; each request counts as a message."""

    period: CapPeriod
    unit: CapUnit
    amount: Amount


class KeyCreate(BaseModel):
    """`POST /auth/keys`. Without `scopes` it has all of them, without `model_ids` it opens every
    model that its owner may use, without `expires_at` it is good until it is revoked."""

    name: Label
    scopes: KeyScopes | None = None
    model_ids: KeyModels | None = None
    expires_at: AnsweredTime | None = None
    cap: KeyCap | None = None


class KeyUpdate(BaseModel):
    """`PATCH /auth/keys/{id}`: what is given changes. Null clears `model_ids`, `expires_at` and
    `cap`."""

    name: Label | None = None
    scopes: KeyScopes | None = None
    model_ids: KeyModels | None = None
    expires_at: AnsweredTime | None = None
    cap: KeyCap | None = None


class KeyCapRead(BaseModel):
    """A key's cap in the period that runs. `left` is never below 0."""

    period: CapPeriod
    unit: CapUnit
    amount: int
    used: int
    left: int
    resets_at: UtcTime


class KeyRead(BaseModel):
    """A key as its owner sees it, known by its `prefix`."""

    id: int
    name: str
    prefix: str
    scopes: list[KeyScope]
    model_ids: list[int] | None
    expires_at: UtcTime | None
    last_used_at: UtcTime | None
    created_at: UtcTime
    cap: KeyCapRead | None


class KeyCreated(KeyRead):
    """A new key, the only time with all of it: the server keeps a hash."""

    key: str


class KeyList(BaseModel):
    """A user's keys, newest first, also those that have expired."""

    keys: list[KeyRead]
