"""Writes notes into the database, after finding which are about other users' objects."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select

from app.database import table_of
from app.errors import ObjectKind
from app.models import (
    AuditEvent,
    Conversation,
    File,
    Folder,
    Import,
    LoginSession,
    Message,
    Model,
    ModelConnection,
    Passkey,
    Preset,
    ProgramKey,
    Share,
)
from app.services.audit.events import AuditAction, insert_event
from app.services.audit.notes import Note

_event = table_of(AuditEvent)
_conversation = table_of(Conversation)
_session = table_of(LoginSession)
_message = table_of(Message)
_connection = table_of(ModelConnection)
_model = table_of(Model)
_preset = table_of(Preset)
_file = table_of(File)
_folder = table_of(Folder)
_import = table_of(Import)
_share = table_of(Share)
_key = table_of(ProgramKey)
_passkey = table_of(Passkey)

OPERATOR = 0
"""Whose the operator's connections are: no user has this id."""
_others = _message.join(_conversation, _conversation.c.id == _message.c.conversation_id)
_models = _model.join(_connection, _connection.c.id == _model.c.connection_id)
OWNERS: dict[ObjectKind, tuple[Any, ColumnElement[int], ColumnElement[int]]] = {
    "conversation": (_conversation, _conversation.c.id, _conversation.c.user_id),
    "message": (_others, _message.c.id, _conversation.c.user_id),
    "session": (_session, _session.c.id, _session.c.user_id),
    "connection": (_connection, _connection.c.id, func.coalesce(_connection.c.user_id, OPERATOR)),
    "model": (_models, _model.c.id, func.coalesce(_connection.c.user_id, OPERATOR)),
    "preset": (_preset, _preset.c.id, _preset.c.user_id),
    "attachment": (_file, _file.c.id, _file.c.user_id),
    "folder": (_folder, _folder.c.id, _folder.c.user_id),
    "share": (_share, _share.c.id, _share.c.user_id),
    "key": (_key, _key.c.id, _key.c.user_id),
    "passkey": (_passkey, _passkey.c.id, _passkey.c.user_id),
    "import": (_import, _import.c.id, _import.c.user_id),
}


def write_notes(connection: Connection, notes: Sequence[Note]) -> None:
    """Write a row for every note, except those about objects that do not exist.

    Those use up an id all the same: gaps in the ids of their own events must not tell users what
    exists.
    """
    for note in notes:
        foreign = _foreign(connection, note)
        counted = {"count": note.count} if note.count > 1 else {}
        detail = note.detail | counted | foreign
        id = insert_event(
            connection, note.action, note.user_id, "refused", detail, note.at, note.origin
        )
        if note.action is AuditAction.FOREIGN_OBJECT and not foreign:
            connection.execute(delete(_event).where(_event.c.id == id))


def _foreign(connection: Connection, note: Note) -> dict[str, list[int]]:
    """The objects of a note that exist and belong to others, by kind."""
    found: dict[str, list[int]] = {}
    for kind, (source, id, owner) in OWNERS.items():
        wanted = [number for of, number in note.objects if of == kind]
        if wanted:
            theirs = select(id).select_from(source).where(id.in_(wanted), owner != note.user_id)
            if rows := connection.execute(theirs.order_by(id)).scalars().all():
                found[kind] = list(rows)
    return found
