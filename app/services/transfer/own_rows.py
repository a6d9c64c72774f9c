"""What only our own exports tell, as values of rows; what makes no sense here is left out."""

from datetime import date, datetime
from hashlib import sha256
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import Connection, select, update

from app.database import table_of
from app.errors import ListFull, error_by_code
from app.models import Conversation, Folder, Model, ModelConnection, Preset
from app.schemas import params
from app.schemas.folder import FolderCreate
from app.services.endpoints.rows import seen
from app.services.folders import tally
from app.services.folders.rows import create as create_folder
from app.services.transfer.archive import ArchivedItem, ArchivedMessage
from app.services.usage.days import number_of
from app.utils.names import canonical

SOURCE = "chat-backend"
MESSAGE_COLUMNS = (
    *("finish_reason", "error_code", "connection_label", "left_out"),
    *("prompt_tokens", "completion_tokens", "total_tokens", "cost_nano"),
)

_conversation = table_of(Conversation)
_folder = table_of(Folder)
_preset = table_of(Preset)
_model = table_of(Model)
_connection = table_of(ModelConnection)


def find_itself(connection: Connection, user_id: int, item: ArchivedItem) -> Any:
    """The conversation that a user's own export is of, where it was never away: `conversation_id`
    and `deleted_at`. Ids are never used twice, and another server's are told apart by the time."""
    if item.source != SOURCE or not item.own:
        return None
    found = select(_conversation.c.id.label("conversation_id"), _conversation.c.deleted_at).where(
        _conversation.c.id == item.own["id"],
        _conversation.c.user_id == user_id,
        _conversation.c.created_at == item.created_at,
    )
    return connection.execute(found).first()


def conversation_values(connection: Connection, user_id: int, item: ArchivedItem) -> dict[str, Any]:
    """Columns of a conversation that is new here: with the preset and the model of its name, where
    the user has them."""
    if not (own := item.own):
        return {}
    return {
        "title_source": own["title_source"] or "user",
        "params": _params(own["params"]),
        "preset_id": own["preset"] and _preset_of(connection, user_id, own["preset"]),
        "model_id": own["model"] and _model_of(connection, user_id, own["model"]),
        "continued_from": own["continued_from"] and _day(own["continued_from"]),
    }


def place(
    connection: Connection, user_id: int, conversation_id: int, item: ArchivedItem, since: datetime
) -> None:
    """Put a new conversation where it was: pinned, archived, in the folder of that name, which is
    made where there is room for it. `since`: see `tally.restorable`."""
    own = item.own
    if not own or not (own["pinned"] or own["archived"] or own["folder"]):
        return
    tally.hold(connection, user_id, since)
    before = {"deleted_at": None, "archived": 0, "pinned": 0, "folder_id": None}
    values = {
        "pinned": int(own["pinned"]),
        "archived": int(own["archived"]),
        "folder_id": own["folder"] and _folder_of(connection, user_id, own["folder"]),
    }
    its = update(_conversation).where(_conversation.c.id == conversation_id)
    connection.execute(its.values(**values))
    tally.change(connection, user_id, since, before, before | values)


def message_values(message: ArchivedMessage) -> dict[str, Any]:
    """All of MESSAGE_COLUMNS, of a message of whichever export."""
    own = message.own
    usage = own.get("usage", {})
    left_out = own.get("left_out")
    return {
        "finish_reason": own.get("finish_reason"),
        "error_code": _code(own.get("error_code")),
        "connection_label": own.get("connection_label"),
        "left_out": orjson.dumps(left_out).decode() if left_out else None,
        "prompt_tokens": usage.get("prompt_tokens"),
        "completion_tokens": usage.get("completion_tokens"),
        "total_tokens": None if usage.get("estimated") else usage.get("total_tokens"),
        "cost_nano": usage.get("cost_nano_usd"),
    }


def _params(told: Any) -> str | None:
    try:
        return params.to_store(params.ReplyParams.model_validate(told or {}))
    except ValidationError:
        return None


def _day(told: str) -> int:
    return number_of(date.fromisoformat(told))


def _preset_of(connection: Connection, user_id: int, name: str) -> int | None:
    mine = select(_preset.c.id).where(_preset.c.user_id == user_id, _preset.c.name == name)
    id: int | None = connection.execute(mine.order_by(_preset.c.id).limit(1)).scalar()
    return id


def _model_of(connection: Connection, user_id: int, told: dict[str, Any]) -> int | None:
    """A model of one's own or one that is shared with them, which is there under this name."""
    its = (
        _model.c.name_key == told["name"].encode(),
        _connection.c.label == told["connection"],
        seen(user_id),
    )
    found = select(_model.c.id).join(_connection, _connection.c.id == _model.c.connection_id)
    own_first = found.where(*its).order_by(_connection.c.user_id.is_(None), _model.c.id)
    id: int | None = connection.execute(own_first.limit(1)).scalar()
    return id


def _folder_of(connection: Connection, user_id: int, name: str) -> int | None:
    hash = sha256(canonical(name)).digest()
    same = select(_folder.c.id).where(_folder.c.user_id == user_id, _folder.c.name_hash == hash)
    id: int | None = connection.execute(same).scalar()
    if id is not None:
        return id
    try:
        return create_folder(connection, user_id, FolderCreate(name=name)).id
    except (ListFull, ValidationError):  # no room for it, or no name for one
        return None


def _code(told: Any) -> str | None:
    return told and error_by_code(told).code
