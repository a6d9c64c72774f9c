"""An endpoint that a message goes to, as it is stored."""

from dataclasses import dataclass
from typing import Literal

from app.services.endpoints import windows

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
    the key. `quirks`: what its server refused this user, as JSON."""

    user_id: int
    base_url: str
    model_name: str
    sealed_key: str | None
    model_id: int | None = None
    connection_label: str | None = None
    source: ConnectionSource = "user"
    context_tokens: int | None = None
    quirks: str | None = None

    @property
    def model_key(self) -> bytes:
        """What is learned of this model is kept under this key."""
        return windows.model_key(self.base_url, self.model_name)

    def budget(self, most: int) -> int:
        """How many tokens a prompt may have: as its owner says of the model, else at `most`."""
        return most if self.context_tokens is None else windows.room_for_prompt(self.context_tokens)

    @property
    def is_shared(self) -> bool:
        """Whether it is the operator who pays for it."""
        return self.source != "user"
