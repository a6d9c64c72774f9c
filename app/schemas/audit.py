"""The audit log on the wire."""

from pydantic import BaseModel

from app.schemas.fields import UtcTime


class AuditEventRead(BaseModel):
    """An event as the user it is about sees it; `count` refusals of one kind are one event.
    `by_admin`: an administrator has done it."""

    id: int
    at: UtcTime
    action: str
    outcome: str
    address: str | None
    request_id: str | None
    count: int
    session_id: int | None
    conversation_id: int | None
    host: str | None
    key_changed: bool | None
    by_admin: bool


class AuditPage(BaseModel):
    """`GET /auth/audit`: newest first."""

    events: list[AuditEventRead]
    has_more: bool
