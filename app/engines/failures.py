"""What a database's failures mean."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import AppError, DatabaseUnavailable, StorageFull

DEADLOCK_CODES = {1205, 1213}
FULL_CODES = {1021, 1114}


def _code(error: BaseException) -> int | None:
    original = error.orig if isinstance(error, DBAPIError) else None
    code = original.args[0] if original is not None and original.args else None
    return code if isinstance(code, int) else None


def is_passing(error: BaseException) -> bool:
    """Whether the same work may well succeed at once: a deadlock, or a pooled connection gone."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or _code(error) in DEADLOCK_CODES


def own_error(error: BaseException) -> AppError | None:
    """The typed error for trouble of the database; None for others, such as a broken constraint."""
    if isinstance(error, DBAPIError):
        if _code(error) in FULL_CODES or "disk is full" in str(error.orig):
            return StorageFull()
        trouble = error.connection_invalidated or type(error).__name__ in (
            "OperationalError",
            "InterfaceError",
            "InternalError",
        )
    else:
        trouble = isinstance(error, PoolTimeout | OSError)
    return DatabaseUnavailable() if trouble else None
