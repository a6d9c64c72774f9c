"""Removes an account and all that belongs to it."""

from sqlalchemy import Connection, delete

from app.database import Database, table_of
from app.models import Conversation, LoginSession, User
from app.services.audit.events import AuditAction, record
from app.services.auth.refresh_tokens import revoke_all
from app.services.upkeep.removal import remove_of_conversations, remove_of_sessions

_user = table_of(User)
_conversation = table_of(Conversation)
_session = table_of(LoginSession)


async def delete_account(database: Database, user_id: int) -> None:
    """End a user's sessions, then remove the user and all that is theirs.

    Some hundred rows at a time, so that no transaction takes long. When it breaks off, the
    account is still there: its owner logs in and asks again, and the rest is deleted.
    """
    await database.write(revoke_all, user_id)
    while await database.write(remove_of_conversations, _conversation.c.user_id == user_id):
        pass
    while await database.write(remove_of_sessions, _session.c.user_id == user_id):
        pass
    await database.write(_delete_user, user_id)


def _delete_user(connection: Connection, user_id: int) -> None:
    if connection.execute(delete(_user).where(_user.c.id == user_id)).rowcount == 1:
        record(connection, AuditAction.ACCOUNT_DELETED, user_id)
