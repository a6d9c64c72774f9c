"""The requests of a user that have a reply written."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

import orjson

from app.schemas.params import Params, ReplyParams, given, merged, stable, stored


@dataclass(frozen=True, slots=True)
class Send:
    """Say something after the last message shown, with these files."""

    content: str
    attachments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """Say something else instead of a message of the user's; with these files, None: with those
    that the other one holds."""

    message_id: int
    content: str
    attachments: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Regenerate:
    """Have another reply instead of a reply."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Continue:
    """Have the model go on in the last reply, which was broken off."""

    message_id: int


ReplyAction = Send | Edit | Regenerate | Continue


class AboutModel(Protocol):
    """The fields of a request, in whatever form it comes, that are about the model."""

    model_id: int | None
    params: ReplyParams | None


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model is to answer this once, and with which parameters, as JSON of what was given.

    None: as the conversation, or the user, has it.
    """

    model_id: int | None = None
    params: str | None = None

    @classmethod
    def of(cls, options: AboutModel | None) -> "ModelChoice":
        """What a request asks for besides its action."""
        if options is None or options.model_id is None and options.params is None:
            return AS_IT_IS
        asked = None if options.params is None else stable(given(options.params))
        return cls(options.model_id, asked)

    @property
    def hash(self) -> bytes | None:
        """What tells this choice from others; None where nothing was chosen."""
        if self == AS_IT_IS:
            return None
        return sha256(orjson.dumps([self.model_id, self.params])).digest()

    def params_over(self, under: str | None) -> Params:
        """The parameters of the reply, where `under` is what is stored for its conversation."""
        if self.params is None:
            return stored(under) if under else {}
        return merged(stored(under), json.loads(self.params))


AS_IT_IS = ModelChoice()
