"""Which refusals are written down, and as what. The errors carry who and what they are about."""

from app.errors import (
    AdminOnly,
    AppError,
    ApprovalPending,
    EmailUnverified,
    InvalidCredentials,
    InvalidResetToken,
    InvalidToken,
    ModelUrlNotAllowed,
    ObjectNotFound,
    RateLimited,
    WrongCode,
    WrongPassword,
)
from app.services.audit.events import AuditAction
from app.services.audit.notes import RefusalNotes


def note_refusal(notes: RefusalNotes, error: AppError, user_id: int | None) -> None:
    """Note a refusal if it is one of those that are written down.

    Whether a missing object is somebody else's is found out later: here the two cost the same.
    """
    match error:
        case ObjectNotFound(id=int(id)) if user_id is not None:
            notes.add(AuditAction.FOREIGN_OBJECT, user_id, (error.kind, id))
        case InvalidToken(ticket_of=int(owner)):
            notes.add(AuditAction.TICKET_REUSED, owner)
        case InvalidCredentials() | ApprovalPending() | EmailUnverified():
            notes.add(AuditAction.LOGIN, user_id or error.user_id)
        case ModelUrlNotAllowed():
            notes.add(AuditAction.MODEL_URL_REFUSED, user_id, host=error.host)
        case InvalidResetToken():
            notes.add(AuditAction.PASSWORD_RESET, user_id)
        case WrongCode():
            notes.add(AuditAction.SECOND_STEP, user_id or error.user_id)
        case WrongPassword():
            notes.add(AuditAction.PASSWORD_CHECKED, user_id)
        case AdminOnly():
            notes.add(AuditAction.ADMIN_REFUSED, user_id)
        case RateLimited():
            notes.add(AuditAction.RATE_LIMITED, user_id)
