"""The conversation of a path."""

from typing import Annotated

from fastapi import Depends, Path

from app.dependencies.services import ServicesDep
from app.dependencies.user import CurrentUser
from app.schemas.conversation import ConversationRead
from app.schemas.fields import Id

ConversationId = Annotated[Id, Path(alias="id")]


async def get_owned_conversation(
    services: ServicesDep, user: CurrentUser, conversation_id: ConversationId
) -> ConversationRead:
    """The conversation; ConversationNotFound when it is a stranger's, exactly as when missing."""
    return await services.conversations.get(user.id, conversation_id)


OwnedConversation = Annotated[ConversationRead, Depends(get_owned_conversation)]
