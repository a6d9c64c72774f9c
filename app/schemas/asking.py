"""Requests for a reply on the wire."""

from pydantic import BaseModel

from app.schemas.fields import GivenId, Text
from app.schemas.file import AttachmentIds
from app.schemas.params import ReplyParams


class ReplyOptions(BaseModel):
    """What a request for a reply may ask for this once: another model, other parameters. Of these
    null takes away what the conversation has set, and what is left out is as it has it."""

    model_id: GivenId | None = None
    params: ReplyParams | None = None


class MessageCreate(ReplyOptions):
    """`POST /conversations/{id}/messages`, and what is said instead of a message of one's own:
    without `attachment_ids` that holds the files that the other one holds."""

    content: Text
    attachment_ids: AttachmentIds | None = None
