"""Removes an account and all that belongs to it."""

from sqlalchemy import Connection, delete, select

from app.database import Database, table_of
from app.models import Conversation, LoginSession, Model, ModelConnection, PromptText, User
from app.services.audit.events import AuditAction, record
from app.services.auth.refresh_tokens import revoke_all
from app.services.upkeep.removal import remove_of_conversations, remove_of_sessions, remove_some

_user = table_of(User)
_conversation = table_of(Conversation)
_session = table_of(LoginSession)
_connection = table_of(ModelConnection)
_model = table_of(Model)
_text = table_of(PromptText)


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
    while await database.write(remove_some, _text.c.id, _text.c.user_id == user_id):
        pass
    its_connections = select(_connection.c.id).where(_connection.c.user_id == user_id)
    its_models = _model.c.connection_id.in_(its_connections)
    while await database.write(remove_some, _model.c.id, its_models):
        pass
    await database.write(_delete_user, user_id)


def _delete_user(connection: Connection, user_id: int) -> None:
    if connection.execute(delete(_user).where(_user.c.id == user_id)).rowcount == 1:
        record(connection, AuditAction.ACCOUNT_DELETED, user_id)
