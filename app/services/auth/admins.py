"""Administrators: who acts as one, and that one is left."""

from sqlalchemy import Connection, select

from app.database import table_of
from app.errors import AdminOnly, LastAdmin
from app.models import User
from app.services.auth.account import Account
from app.services.auth.recent import require_recent

ADMIN = "admin"

_user = table_of(User)


def require_admin(connection: Connection, admin: Account) -> None:
    """Begins every write of an administrator's. Raises LoginTooOld where the password was given
    more than 15 minutes ago, and AdminOnly where they are one no longer."""
    require_recent(connection, admin.session_id)
    its = (_user.c.id == admin.id, _user.c.role == ADMIN, _user.c.yn == 1)
    if connection.execute(select(_user.c.id).where(*its)).first() is None:
        raise AdminOnly


def hold_admins(connection: Connection) -> set[int]:
    """The administrators who are enabled. Until the commit nobody else makes one or ends one: who
    changes a role, disables or deletes calls this first."""
    every = select(_user.c.id, _user.c.yn).where(_user.c.role == ADMIN).order_by(_user.c.id)
    rows = connection.execute(every.with_for_update()).all()
    return {row.id for row in rows if row.yn == 1}


def require_other_admin(connection: Connection, user_id: int) -> None:
    """Raise LastAdmin where no administrator were left without this user. Holds them."""
    if hold_admins(connection) == {user_id}:
        raise LastAdmin


def admin_names(connection: Connection) -> list[str]:
    """What the administrators are called, also those who are disabled."""
    every = select(_user.c.username).where(_user.c.role == ADMIN).order_by(_user.c.id)
    return list(connection.execute(every).scalars())
