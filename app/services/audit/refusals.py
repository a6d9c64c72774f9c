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
    PasskeyRefused,
    RateLimited,
    WrongCode,
    WrongPassword,
)
from app.services.audit.events import AuditAction
from app.services.audit.notes import RefusalNotes

_GIVEN_FOR = {
    "register": AuditAction.PASSKEY_ADDED,
    "login": AuditAction.LOGIN,
    "second": AuditAction.SECOND_STEP,
    "confirm": AuditAction.LOGIN_CONFIRMED,
}


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
        case PasskeyRefused():
            notes.add(_GIVEN_FOR[error.purpose], user_id or error.user_id, cause=error.cause)
        case WrongPassword():
            notes.add(AuditAction.PASSWORD_CHECKED, user_id)
        case AdminOnly():
            notes.add(AuditAction.ADMIN_REFUSED, user_id)
        case RateLimited():
            notes.add(AuditAction.RATE_LIMITED, user_id)
