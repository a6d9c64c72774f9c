"""An endpoint that a message goes to, as it is stored."""

from dataclasses import dataclass
from typing import Literal

from app.services.endpoints import windows
from app.services.endpoints.quirks import takes_pictures
from app.services.usage.pricing import Priced
from app.services.usage.targets import Target

ConnectionSource = Literal["user", "operator", "environment"]
"""Whose a connection is: somebody's own, the operator's, or that of the operator's settings."""
OPERATOR = 0
"""In place of a user's id, whom the keys of the operator's connections are sealed for."""

TAIL_CHARACTERS = 4
LEAST_KEY_CHARACTERS = 16
"""Of a shorter key the end would tell too much."""


def tail_of(api_key: str) -> str | None:
    """The end of a key, by which its owner knows it; None of a short one."""
    return api_key[-TAIL_CHARACTERS:] if len(api_key) >= LEAST_KEY_CHARACTERS else None


@dataclass(frozen=True, slots=True)
class NewConnection:
    """A connection to be made; without a label it is called by its host."""

    label: str | None
    base_url: str
    sealed_key: str | None
    key_tail: str | None
    source: ConnectionSource = "user"
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ConnectionChange:
    """What is to change of a connection; `sealed_for`: the URL that a new key was sealed for."""

    label: str | None = None
    base_url: str | None = None
    sealed_key: str | None = None
    sealed_for: str | None = None
    key_tail: str | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class SavedEndpoint:
    """A model and where it is. `user_id`: who asks; `sealed_key` is None where the settings have
    the key. `quirks`: what its server refused this user, `price`: what whoever has the connection
    says that it costs; both JSON. `is_free`: nobody pays for it. `vision`: whether it reads
    pictures, where its owner has said so."""

    user_id: int
    base_url: str
    model_name: str
    sealed_key: str | None
    model_id: int | None = None
    connection_label: str | None = None
    source: ConnectionSource = "user"
    context_tokens: int | None = None
    quirks: str | None = None
    connection_id: int | None = None
    price: str | None = None
    is_free: bool = False
    vision: int | None = None

    @property
    def model_key(self) -> bytes:
        """What is learned of this model is kept under this key."""
        return windows.model_key(self.base_url, self.model_name)

    def budget(self, most: int) -> int:
        """How many tokens a prompt may have: as its owner says of the model, else at `most`."""
        return most if self.context_tokens is None else windows.room_for_prompt(self.context_tokens)

    def pictures(self, most: int) -> int | None:
        """How many pictures it is sent, of `most`; None: it takes none."""
        return most if takes_pictures(self.vision, self.quirks) else None

    @property
    def target(self) -> Target:
        """What is written down of it with what is used."""
        owner = None if self.is_shared else self.user_id
        label, name = self.connection_label or None, self.model_name
        return Target(owner, self.connection_id, label, self.model_id, name)

    @property
    def priced(self) -> Priced:
        """What tells its price."""
        return Priced(self.base_url, self.model_name, self.is_shared, self.price)

    @property
    def is_shared(self) -> bool:
        """Whether it is the operator's, not the user's own."""
        return self.source != "user"

    @property
    def is_counted(self) -> bool:
        """Whether the operator pays for it, so that a user has so many messages a day."""
        return self.is_shared and not self.is_free
