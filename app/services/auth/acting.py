"""Who changes what administrators may change: one of them, or the operator's command line."""

from typing import Any

from sqlalchemy import Connection

from app.services.auth.account import Account
from app.services.auth.admins import require_admin


def acting(connection: Connection, admin: Account | None) -> dict[str, Any]:
    """What the audit log is told of them, after a look at whether they may; None: on the command
    line. Raises as `require_admin`."""
    if admin is None:
        return {}
    require_admin(connection, admin)
    return {"admin_id": admin.id}
