"""What a database's failures mean."""

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import AppError, DatabaseUnavailable, StorageFull

PASSING_CODES = {1205, 1213, 1412, 1684}
"""Lock wait timeout, deadlock (a cluster reports a conflict of writers the same way); a table whose
definition another process changes at this moment."""
LEAVE_CODES = {1047, 1290, 1836, 3098, 3100}
"""This server takes no writes (any more): not in its cluster, read-only, not the primary. 3098
names tables with ON DELETE CASCADE; a primary that is being replaced answers it for a moment, too.

https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
"""
ROLLED_BACK_CODES = {1213, 3101}
"""At COMMIT: the cluster decided against this transaction."""
FAILED_COMMIT_CODE = 1180
ROLLED_BACK_REASON = "149"
"""With the code above: a deadlock in the storage engine, which rolled back. Other reasons leave the
outcome open: a node that lost the majority, while the cluster may have committed."""
FULL_CODES = {1021, 1114}


class UnusableDatabase(RuntimeError):
    """The database cannot be used as it is set up; the text says why, in one plain line."""


def code_of(error: BaseException) -> int | None:
    """The number that a MySQL server gave an error, None where there is none."""
    original = error.orig if isinstance(error, DBAPIError) else error
    code = original.args[0] if original is not None and original.args else None
    return code if isinstance(code, int) else None


def is_answer(error: BaseException) -> bool:
    """Whether a server answered with an error; a connection that was lost has 2000 to 2999."""
    code = code_of(error)
    return code is not None and not 2000 <= code < 3000


def is_passing(error: BaseException) -> bool:
    """Whether the same work may well succeed at once: a deadlock, or a pooled connection gone."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or code_of(error) in PASSING_CODES


def is_rolled_back(error: BaseException) -> bool:
    """Whether a COMMIT that failed with this error is known to have changed nothing."""
    code = code_of(error)
    if code == FAILED_COMMIT_CODE and isinstance(error, DBAPIError):
        return f" {ROLLED_BACK_REASON} " in str(error.orig)
    return code in ROLLED_BACK_CODES | LEAVE_CODES


def leave_servers_that_take_no_writes(engine: Engine) -> None:
    """Have a pool drop all its connections once one reaches a server that takes no writes.

    New connections may reach another server: an address that moved, a proxy that knows the primary.
    """

    @event.listens_for(engine, "handle_error")
    def mark(context: ExceptionContext) -> None:
        if code_of(context.original_exception) in LEAVE_CODES:
            context.is_disconnect = True


def own_error(error: BaseException) -> AppError | None:
    """The typed error for the database's own trouble; None for others, say a broken constraint."""
    if isinstance(error, DBAPIError):
        if code_of(error) in FULL_CODES or "disk is full" in str(error.orig):
            return StorageFull()
        trouble = error.connection_invalidated or type(error).__name__ in (
            "OperationalError",
            "InterfaceError",
            "InternalError",
        )
    else:
        trouble = isinstance(error, PoolTimeout | OSError | UnusableDatabase)
    return DatabaseUnavailable() if trouble else None
