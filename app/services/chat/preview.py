"""What a model would be sent for a message that is not sent yet. Nothing is written."""

from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, select

from app.database import table_of
from app.engines.prepared import Prepared
from app.errors import ConversationNotFound, InvalidToken, ReplyInProgress
from app.models import Conversation
from app.schemas.context import ContextRead
from app.schemas.message import LeftOutRead
from app.schemas.params import Params, ParamsRead
from app.services.chat.actions import ModelChoice, Send
from app.services.chat.sender import CONVERSATION_ID, SENDER, USER_ID, instructions
from app.services.conversations.rows import owned
from app.services.endpoints import choice
from app.services.endpoints.saved import SavedEndpoint
from app.services.files.rows import find_all_own
from app.services.generation.attached import sent_attachments
from app.services.generation.context import Past, read_prompt
from app.services.messages.contexts import left_out_messages
from app.services.messages.cursor import MAX_ID
from app.services.upstream.parameters import Tuning
from app.services.usage.daily import ReplyLimits

_conversation = table_of(Conversation)
_CONVERSATION = Prepared(
    select(_conversation.c.system_prompt, _conversation.c.model_id, _conversation.c.params).where(
        _conversation.c.id == CONVERSATION_ID, owned(USER_ID)
    )
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that may be sent, and what decides what goes out with it."""

    conversation_id: int
    said: Send
    choice: ModelChoice
    default_endpoint: SavedEndpoint | None
    limits: ReplyLimits


def tuning_of(params: Params, endpoint: SavedEndpoint) -> Tuning | None:
    """The parameters of a reply; None where none is set."""
    if not params:
        return None
    quirks = orjson.loads(endpoint.quirks) if endpoint.quirks else None
    return Tuning(params, quirks, is_shared=endpoint.is_shared)


def preview(connection: Connection, user_id: int, draft: Draft) -> ContextRead:
    """What would go out. Raises ConversationNotFound, ReplyInProgress, and what `chosen_endpoint`
    raises."""
    of = {"of_user": user_id, "in_conversation": draft.conversation_id}
    conversation = _CONVERSATION.first(connection, of)
    if conversation is None:
        raise ConversationNotFound(draft.conversation_id)
    held = draft.said.attachments
    files = find_all_own(connection, user_id, held) if held else ()
    asked = draft.choice.model_id
    wanted = asked or conversation.model_id
    environment = draft.default_endpoint
    sender = SENDER.first(connection, of | choice.values_of(wanted, environment))
    if sender is None:  # the account was deleted meanwhile
        raise InvalidToken
    is_request = asked is not None
    endpoint = choice.chosen_endpoint(
        connection, sender, user_id, wanted, environment, is_request=is_request
    )
    if sender.running_here:
        raise ReplyInProgress
    past = Past(
        draft.conversation_id,
        MAX_ID - 1,
        instructions(sender.custom_instructions, conversation.system_prompt),
        user_id,
        endpoint.model_key,
        uncounted=1,
        pictures=endpoint.pictures(draft.limits.context_images),
        draft=draft.said.content,
        draft_files=files,
    )
    outgoing = read_prompt(connection, past, endpoint.budget(draft.limits.context_tokens))
    tuning = tuning_of(draft.choice.params_over(conversation.params), endpoint)
    params = tuning.kept() if tuning else None
    return ContextRead(
        model_name=endpoint.model_name,
        connection_label=endpoint.connection_label,
        first_message_id=outgoing.first_message_id,
        last_message_id=sender.leaf_id if outgoing.first_message_id else None,
        messages=outgoing.messages,
        left_out=left_out_messages(outgoing.left_out),
        system_prompt=past.system_prompt,
        params=ParamsRead.model_validate(params) if params else None,
        params_left_out=[LeftOutRead(**each) for each in tuning.left_out] if tuning else [],
        estimated_tokens=outgoing.tokens,
        attachments=sent_attachments(outgoing.prompt),
    )
