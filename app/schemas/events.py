"""Every event of a socket, both ways; server-sent events carry the server's ones too.

Typed dicts, not models: an event is made for every piece of text.
"""

import re
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from app.schemas.cap import CapWarning
from app.schemas.fields import ClientId, Id, Text
from app.schemas.file import AttachmentIds
from app.schemas.message import BrokenStatus, WholeStatus
from app.schemas.params import ReplyParams


class StartEvent(TypedDict):
    """Opens a reply. Without `resumed` the reader starts that message afresh."""

    type: Literal["start"]
    message: dict[str, Any]
    user_message: dict[str, Any]
    client_id: NotRequired[str]
    resumed: NotRequired[bool]


class ReasoningEvent(TypedDict):
    """More of what the model thinks before it answers."""

    type: Literal["reasoning"]
    content: str
    message_id: int
    id: str


class ChunkEvent(TypedDict):
    """More of the reply; `id` is the cursor after exactly this text."""

    type: Literal["chunk"]
    content: str
    message_id: int
    id: str


class DoneEvent(TypedDict):
    """The reply ended, by the model or by a person."""

    type: Literal["done"]
    message_id: int
    status: WholeStatus
    finish_reason: str
    usage: NotRequired[dict[str, int | bool]]
    left_out: NotRequired[list[dict[str, str]]]
    warning: NotRequired[CapWarning]
    id: str


class ErrorEvent(TypedDict):
    """A request was refused (with its `client_id`), or, with `message_id`, a reply broke off.

    `retry_after`: in so many seconds the same request may be granted; `reason`: which of the causes
    of one code it was.
    """

    type: Literal["error"]
    message: str
    code: str
    message_id: NotRequired[int]
    status: NotRequired[BrokenStatus]
    usage: NotRequired[dict[str, int | bool]]
    id: NotRequired[str]
    client_id: NotRequired[str]
    retry_after: NotRequired[int]
    reason: NotRequired[str]


class TitleEvent(TypedDict):
    """The conversation has a new title."""

    type: Literal["title"]
    title: str


class SwitchedEvent(TypedDict):
    """Other versions are shown now, down to this message: the history is to be read again. Null:
    no message is left."""

    type: Literal["switched"]
    message_id: int | None


class PongEvent(TypedDict):
    """The answer to a ping."""

    type: Literal["pong"]


ServerEvent = Annotated[
    StartEvent
    | ReasoningEvent
    | ChunkEvent
    | DoneEvent
    | ErrorEvent
    | TitleEvent
    | SwitchedEvent
    | PongEvent,
    Field(discriminator="type"),
]


class SendMessage(BaseModel):
    """Say something; a `client_id` makes it idempotent."""

    model_config = ConfigDict(strict=True)

    type: Literal["message"]
    content: Text
    attachment_ids: AttachmentIds | None = None
    client_id: ClientId | None = None
    model_id: Id | None = None
    params: ReplyParams | None = None


class EditMessage(BaseModel):
    """Say something else instead of a message of one's own."""

    model_config = ConfigDict(strict=True)

    type: Literal["edit"]
    message_id: Id
    content: Text
    attachment_ids: AttachmentIds | None = None
    client_id: ClientId | None = None
    model_id: Id | None = None
    params: ReplyParams | None = None


class RegenerateReply(BaseModel):
    """Have another reply written beside one."""

    model_config = ConfigDict(strict=True)

    type: Literal["regenerate"]
    message_id: Id
    client_id: ClientId | None = None
    model_id: Id | None = None
    params: ReplyParams | None = None


class ContinueReply(BaseModel):
    """Have the model go on in a reply that was broken off."""

    model_config = ConfigDict(strict=True)

    type: Literal["continue"]
    message_id: Id
    client_id: ClientId | None = None
    model_id: Id | None = None
    params: ReplyParams | None = None


class StopReply(BaseModel):
    """End the running reply and keep what was said."""

    type: Literal["stop"]


class Ping(BaseModel):
    """Ask for a pong."""

    type: Literal["ping"]


ReplyRequest = SendMessage | EditMessage | RegenerateReply | ContinueReply
ClientEvent = Annotated[ReplyRequest | StopReply | Ping, Field(discriminator="type")]
client_event: TypeAdapter[ClientEvent] = TypeAdapter(ClientEvent)

_named = re.compile(r'"client_id"\s*:\s*("(?:[^"\\]|\\.){1,600}")')
_client_id: TypeAdapter[str] = TypeAdapter(ClientId)


def client_id_in(frame: str | bytes) -> str | None:
    """The `client_id` of a frame that is refused unread; None where it has no valid one."""
    found = _named.search(frame if isinstance(frame, str) else frame.decode(errors="ignore"))
    try:
        return _client_id.validate_json(found[1]) if found else None
    except ValidationError:
        return None
