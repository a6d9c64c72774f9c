"""Which refusals are written down, and as what. The errors carry who and what they are about."""

from app.errors import (
    AppError,
    ConversationNotFound,
    InvalidCredentials,
    InvalidResetToken,
    InvalidToken,
    MessageNotFound,
    ModelUrlNotAllowed,
    RateLimited,
    SessionNotFound,
    WrongPassword,
)
from app.services.audit.events import AuditAction
from app.services.audit.notes import ObjectKind, RefusalNotes

ACTIONS: dict[type[AppError], AuditAction] = {
    InvalidCredentials: AuditAction.LOGIN,
    InvalidResetToken: AuditAction.PASSWORD_RESET,
    ModelUrlNotAllowed: AuditAction.MODEL_URL_REFUSED,
    RateLimited: AuditAction.RATE_LIMITED,
    WrongPassword: AuditAction.PASSWORD_CHECKED,
}
OBJECTS: dict[type[AppError], ObjectKind] = {
    ConversationNotFound: "conversation",
    MessageNotFound: "message",
    SessionNotFound: "session",
}


def note_refusal(notes: RefusalNotes, error: AppError, user_id: int | None) -> None:
    """Note a refusal if it is one of those that are written down.

    Whether a missing object is somebody else's is found out later: here the two cost the same.
    """
    kind = type(error)
    if kind in OBJECTS:
        if "id" in error.details and user_id is not None:
            thing = (OBJECTS[kind], int(str(error.details["id"])))
            notes.add(AuditAction.FOREIGN_OBJECT, user_id, thing)
    elif kind is InvalidToken:
        if "ticket_of" in error.details:
            notes.add(AuditAction.TICKET_REUSED, _id(error.details["ticket_of"]))
    elif kind in ACTIONS:
        who = user_id or _id(error.details.get("user_id"))
        notes.add(ACTIONS[kind], who, host=error.details.get("host"))


def _id(value: object) -> int | None:
    return value if isinstance(value, int) else None
