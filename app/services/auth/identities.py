"""By which accounts at providers somebody logs in."""

from typing import Any

from sqlalchemy import Connection, select

from app.database import table_of
from app.models import Identity
from app.schemas.identity import IdentityTold

_identity = table_of(Identity)


def identities_of(connection: Connection, user_id: int) -> list[Any]:
    """A user's identities, the oldest first."""
    mine = select(_identity).where(_identity.c.user_id == user_id).order_by(_identity.c.id)
    return list(connection.execute(mine))


def exported(connection: Connection, user_id: int) -> list[IdentityTold]:
    """The same, as an export has them."""
    return [
        IdentityTold(
            issuer=row.issuer,
            subject=row.subject,
            created_at=row.created_at,
            last_login_at=row.last_login_at,
        )
        for row in identities_of(connection, user_id)
    ]
