"""The row of a run, as it begins."""

from datetime import datetime

from sqlalchemy import Connection, insert

from app.database import table_of
from app.engines.prepared import Prepared
from app.models import Generation
from app.services.usage.caps import Held
from app.services.usage.targets import Target

_BEGIN = Prepared(
    insert(table_of(Generation)),
    [
        "message_id",
        "conversation_id",
        "running_conversation_id",
        "user_id",
        "owner",
        "started_at",
        "connection_id",
        "connection_label",
        "model_id",
        "model_name",
        "is_shared",
        "prompt_tokens",
        "price",
        "reserved_tokens",
        "reserved_nano",
    ],
)


def begin_run(
    connection: Connection,
    user_id: int,
    conversation_id: int,
    message_id: int,
    owner: str,
    now: datetime,
    target: Target,
    price: str | None,
    prompt_tokens: int,
    held: Held,
) -> int:
    """Have a message written by the process `owner`; the generation's id.

    The row stands for the first request to the model, too, of about so many tokens at a `price`
    that somebody gave, and for what that holds back of caps.
    """
    return _BEGIN.insert(
        connection,
        {
            "message_id": message_id,
            "conversation_id": conversation_id,
            "running_conversation_id": conversation_id,
            "user_id": user_id,
            "owner": owner,
            "started_at": now,
            "connection_id": target.connection_id,
            "connection_label": target.connection_label,
            "model_id": target.model_id,
            "model_name": target.model_name,
            "is_shared": int(target.is_shared),
            "prompt_tokens": prompt_tokens,
            "price": price,
            "reserved_tokens": held.tokens,
            "reserved_nano": held.nano,
        },
    )
