"""What everybody used of the operator's models, for administrators: numbers, no contents."""

from typing import Literal

from pydantic import BaseModel, Field

from app.schemas.usage import UsageRow

AdminUsageBy = Literal["user", "model", "connection", "day", "group"]


class AdminUsageRow(UsageRow):
    """Sums of one user, model, connection, day or group. An empty `key`: accounts that are gone, or
    who is in no group. Whoever is in several groups is counted in each."""

    messages: int


class AdminUsage(BaseModel):
    """`GET /admin/usage`: from the first day to the last (UTC), both included. `total` is about all
    pages."""

    first_day: str = Field(serialization_alias="from")
    last_day: str = Field(serialization_alias="to")
    by: AdminUsageBy
    rows: list[AdminUsageRow]
    total: AdminUsageRow
    next_cursor: str | None
