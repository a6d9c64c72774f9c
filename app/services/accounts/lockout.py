"""What ends when an account may not be used any more."""

from typing import Any

from sqlalchemy import Connection, delete

from app.database import table_of
from app.models import EmailChange, PasswordReset
from app.services.auth.challenges import forget_challenges
from app.services.auth.refresh_tokens import revoke_all
from app.services.auth.second_step import forget_steps
from app.services.chat.control import stop_all_of
from app.services.conversations.shares import end_shares
from app.services.keys.rows import revoke_all as revoke_keys
from app.services.transfer.import_rows import end as end_import
from app.services.transfer.import_rows import unended_of

_reset = table_of(PasswordReset)
_change = table_of(EmailChange)


def lock_out(connection: Connection, user_id: int, **by: Any) -> None:
    """End a user's logins, links, keys and reset link, a change of their address, their running
    replies and their import. Once the account may be used again, only a new login lets anybody in.
    `by`: who does it, where that is somebody else, for the events.
    """
    end_shares(connection, user_id, about=by)
    revoke_keys(connection, user_id, **by)
    revoke_all(connection, user_id)
    forget_steps(connection, user_id)
    forget_challenges(connection, user_id)
    stop_all_of(connection, user_id)
    for table in (_reset, _change):
        connection.execute(delete(table).where(table.c.user_id == user_id))
    running = unended_of(connection, user_id)
    if running is not None:
        end_import(connection, user_id, running.id, "cancelled", **by)
