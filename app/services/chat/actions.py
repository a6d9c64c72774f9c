"""The requests of a user that have a reply written."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Send:
    """Say something after the last message shown."""

    content: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Say something else instead of a message of the user's."""

    message_id: int
    content: str


@dataclass(frozen=True, slots=True)
class Regenerate:
    """Have another reply instead of a reply."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Continue:
    """Have the model go on in the last reply, which was broken off."""

    message_id: int


ReplyAction = Send | Edit | Regenerate | Continue
