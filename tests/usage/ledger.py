"""Requests as rows, made without making them: for times and numbers that no test can wait for."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from app.database import table_of
from app.models import UsageAttempt
from app.services.usage.rows import Asked, row_of
from app.services.usage.targets import Target, target_ids


def target(user_id: int, model_name: str = "a model", connection: str = "here") -> Target:
    """A model of a user's own connection, whose id is of its name."""
    return Target(user_id, sum(connection.encode()), connection, None, model_name)


def put(
    connection: Connection, user_id: int, model: Target, *times: datetime, **columns: Any
) -> None:
    """A request at each of these times, that is over and not added up."""
    target_id = target_ids(connection, [model])[model]
    used = {"status": "complete", "counted_by": "provider", "price_source": "table"}
    tokens = {"prompt_tokens": 100, "completion_tokens": 10, "cost_nano": 1_000}
    rows = [
        row_of(Asked(user_id, model, "reply", at), target_id)
        | used
        | tokens
        | columns
        | {"due_at": at}
        for at in times
    ]
    connection.execute(insert(table_of(UsageAttempt)), rows)
