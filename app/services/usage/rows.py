"""Requests as rows of the ledger."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert

from app.database import table_of
from app.engines.prepared import Prepared
from app.models import UsageAttempt
from app.schemas.usage import AttemptPurpose
from app.services.usage.settlement import Settlement
from app.services.usage.targets import Target, target_ids

SLOT_SECONDS = 900
"""The offsets of all time zones are whole quarters of an hour."""

NEVER = datetime.max.replace(tzinfo=UTC)
"""Of a request that has not left yet."""

_attempt = table_of(UsageAttempt)
COLUMNS = [column.name for column in _attempt.columns if column.name != "id"]
INSERT = Prepared(insert(_attempt), COLUMNS)
_NOTHING: dict[str, Any] = dict.fromkeys(COLUMNS)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: who asked whom, when and what for."""

    user_id: int
    target: Target
    purpose: AttemptPurpose
    started_at: datetime = NEVER
    conversation_id: int | None = None
    message_id: int | None = None
    key_id: int | None = None


def slot_of(time: datetime) -> int:
    """The quarter of an hour since 1970 that a time lies in."""
    return int(time.timestamp()) // SLOT_SECONDS


def row_of(asked: Asked, target_id: int) -> dict[str, Any]:
    """The columns that say which request it is."""
    return _NOTHING | {
        "user_id": asked.user_id,
        "target_id": target_id,
        "purpose": asked.purpose,
        "started_at": asked.started_at,
        "slot": slot_of(asked.started_at),
        "conversation_id": asked.conversation_id,
        "message_id": asked.message_id,
        "key_id": asked.key_id,
    }


def insert_settled(
    connection: Connection, asked: Asked, settlement: Settlement, due_at: datetime
) -> None:
    """Write down a request that is over; the next fold adds it up."""
    target_id = target_ids(connection, [asked.target])[asked.target]
    values = row_of(asked, target_id) | settlement.values() | {"due_at": due_at}
    INSERT.insert(connection, values)
