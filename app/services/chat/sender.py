"""Who sends a message, as far as that decides what is sent: read in one statement, also for a
message that is not sent yet."""

from sqlalchemy import bindparam, func, select

from app.database import table_of
from app.engines.prepared import Prepared
from app.models import Conversation, Generation, Message, ModelConfig, User
from app.services.endpoints import choice
from app.services.endpoints.carried import WRITTEN
from app.services.messages.tree import shown
from app.services.usage.caps import HOW_MANY

_conversation = table_of(Conversation)
_generation = table_of(Generation)
_config = table_of(ModelConfig)
_user = table_of(User)
_message = table_of(Message)

USER_ID = bindparam("of_user", type_=_user.c.id.type)
CONVERSATION_ID = bindparam("in_conversation", type_=_conversation.c.id.type)
_here = _generation.c.running_conversation_id == CONVERSATION_ID
_running = (_generation.c.user_id == USER_ID, _generation.c.running_conversation_id.is_not(None))

SENDER = Prepared(
    select(
        _user.c.yn,
        _user.c.config_seen,
        _user.c.title_model_id,
        _user.c.custom_instructions,
        WRITTEN,
        HOW_MANY,
        *choice.COLUMNS,
        select(func.count()).where(_here).scalar_subquery().label("running_here"),
        select(func.count()).where(*_running).scalar_subquery().label("running"),
        select(func.max(_message.c.id))
        .where(shown(CONVERSATION_ID))
        .scalar_subquery()
        .label("leaf_id"),
    )
    .select_from(choice.with_model(_user.outerjoin(_config, _config.c.user_id == _user.c.id)))
    .where(_user.c.id == USER_ID)
)
"""The user, the model that answers, the replies that run, and the last message shown."""


def instructions(*texts: str | None) -> str | None:
    """What the user wants of every model, then what of this conversation's."""
    return "\n\n".join(text for text in texts if text) or None
