"""What a model was sent, or would be sent, on the wire."""

from typing import Annotated, Literal

from pydantic import BaseModel

from app.schemas.fields import LeftOutWhereNone
from app.schemas.message import LeftOutRead, TokensRead
from app.schemas.params import ParamsRead

LeftOutReason = Literal["budget", "failed", "hidden"]
"""The prompt had no room for them; they are replies without a word; they are in versions that are
not shown."""


SentAs = Literal["image", "text", "name"]
UnsentReason = Literal["vision", "older", "budget", "gone"]
"""The model takes no pictures; only the newest are sent; there is no room; its bytes are lost."""


class SentAttachment(BaseModel):
    """A file of the messages that were sent, and how it was: of a picture or a document its name
    alone where there is a `reason`; of a document so many `characters`, of `of_characters`."""

    id: int
    name: str
    sent_as: SentAs
    reason: Annotated[UnsentReason | None, LeftOutWhereNone] = None
    characters: Annotated[int | None, LeftOutWhereNone] = None
    of_characters: Annotated[int | None, LeftOutWhereNone] = None


class LeftOutMessages(BaseModel):
    """How many messages were not sent, and why. `ids`: those after the first message that was sent,
    the newest of them where they are many; none of those that are not shown."""

    reason: LeftOutReason
    count: int
    ids: list[int]


class ContextRead(BaseModel):
    """What one request sends to a model; what is named last is left out where there is none.

    `messages` of the conversation, from `first_message_id` to `last_message_id`; without these two
    where it is a draft alone. `params`: as sent; `params_left_out`: set and not sent.
    `estimated_tokens`: of the whole prompt, by the estimate that it was cut by; `usage`: what the
    model's server counted for this run.
    """

    model_name: str
    messages: int
    left_out: list[LeftOutMessages]
    params_left_out: list[LeftOutRead]
    estimated_tokens: int
    run: Annotated[int | None, LeftOutWhereNone] = None
    connection_label: Annotated[str | None, LeftOutWhereNone] = None
    first_message_id: Annotated[int | None, LeftOutWhereNone] = None
    last_message_id: Annotated[int | None, LeftOutWhereNone] = None
    system_prompt: Annotated[str | None, LeftOutWhereNone] = None
    params: Annotated[ParamsRead | None, LeftOutWhereNone] = None
    usage: Annotated[TokensRead | None, LeftOutWhereNone] = None
    attachments: Annotated[list[SentAttachment] | None, LeftOutWhereNone] = None


class MessageContexts(BaseModel):
    """What was sent for a reply: a run for the reply and one for each time it was continued, the
    newest 20, oldest first. None where nothing was written down."""

    message_id: int
    runs: list[ContextRead]
