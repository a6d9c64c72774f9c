"""Links by which conversations are shown to others, on the wire."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StrictBool

from app.schemas.conversation import ConversationCreated
from app.schemas.fields import AnsweredTime, GivenId, LeftOutWhereNone, UtcTime
from app.schemas.file import AttachmentRead

SharesSetting = Literal["on", "login", "off"]
"""on: whoever has a link sees what it shows · login: who is logged in, too · off: nobody."""
LEFT_OUT_MOST = 1_000
LeftOutIds = Annotated[list[GivenId], Field(max_length=LEFT_OUT_MOST)]
"""Files that a link leaves out; those that the conversation does not hold mean nothing."""


class ShareCreate(BaseModel):
    """`POST /conversations/{id}/shares`; the body may be left out. For `expires_at` null is never,
    and left out it is the operator's default."""

    expires_at: AnsweredTime | None = None
    reasoning: StrictBool = False
    without: LeftOutIds = []


class ShareUpdate(BaseModel):
    """`PATCH /shares/{id}`: what is given changes. `update`: show the conversation as it is now;
    for `expires_at` null is never."""

    update: StrictBool = False
    expires_at: AnsweredTime | None = None
    reasoning: StrictBool | None = None
    without: LeftOutIds | None = None


class ShareRead(BaseModel):
    """A link as its owner sees it. `title` and `messages` are of what it shows, `updated_at` is
    when that was so; `outdated`: the conversation has gone on since, or shows another path."""

    id: int
    conversation_id: int
    title: str
    messages: int
    reasoning: bool
    without: list[int]
    views: int
    outdated: bool
    created_at: UtcTime
    updated_at: UtcTime
    expires_at: UtcTime | None


class ShareCreated(ShareRead):
    """A new link, the only time with its address: of the token in it the server keeps a hash."""

    url: str


class ShareList(BaseModel):
    """The links that are good, newest first; `has_more` says whether there are older ones."""

    shares: list[ShareRead]
    has_more: bool


class SharePreview(BaseModel):
    """What a link would show that is made now: how many messages, how the first and the last one
    begin, and what could be left out."""

    title: str
    messages: int
    first: str
    last: str
    models: list[str]
    attachments: list[AttachmentRead]
    has_reasoning: bool


class ConversationShares(BaseModel):
    """The links to a conversation that are good, newest first."""

    shares: list[ShareRead]
    preview: SharePreview


class SharedAttachment(BaseModel):
    """A file as a link shows it: without a name, under a number. What ends the list is left out
    where it means nothing."""

    number: int
    type: str
    bytes: int
    width: Annotated[int | None, LeftOutWhereNone] = None
    height: Annotated[int | None, LeftOutWhereNone] = None
    pages: Annotated[int | None, LeftOutWhereNone] = None


class SharedMessage(BaseModel):
    """A message as a link shows it. What ends the list is left out where there is none."""

    sender: Literal["user", "ai"]
    content: str
    model_name: Annotated[str | None, LeftOutWhereNone] = None
    reasoning: Annotated[str | None, LeftOutWhereNone] = None
    attachments: Annotated[list[SharedAttachment] | None, LeftOutWhereNone] = None


class SharedConversation(BaseModel):
    """What a link shows, and the day of which it is."""

    title: str
    day: date
    messages: list[SharedMessage]


class ContinuedConversation(ConversationCreated):
    """A conversation of the reader's own that begins with what a link shows; `missing`: how many
    files there was no room for."""

    missing: int
