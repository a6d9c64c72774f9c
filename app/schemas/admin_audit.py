"""The audit log as administrators read it."""

from typing import Any

from pydantic import BaseModel

from app.schemas.fields import UtcTime


class AdminAuditEvent(BaseModel):
    """An event. `username`: of the account that it is about, where it is still there. `detail`
    depends on the action, and holds nothing that anybody wrote."""

    id: int
    at: UtcTime
    user_id: int | None
    username: str | None
    action: str
    outcome: str
    address: str | None
    detail: dict[str, Any]


class AdminAuditPage(BaseModel):
    """`GET /admin/audit`: the newest first; without `next_cursor` it is the last page."""

    events: list[AdminAuditEvent]
    next_cursor: str | None


class AuditReport(BaseModel):
    """`POST /admin/audit/verify`: how many events are sealed, how many wait for it, how far the
    chain had been pruned, its last place and seal, and what is wrong with it."""

    sealed: int
    unsealed: int
    pruned: int
    place: int
    seal: str
    findings: list[str]
