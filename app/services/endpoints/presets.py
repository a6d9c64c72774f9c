"""A user's presets: templates for conversations."""

from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from app.database import Database, table_of
from app.errors import ListFull, PresetNotFound
from app.models import Preset, utc_now
from app.schemas import params
from app.schemas.preset import PresetCreate, PresetList, PresetRead, PresetUpdate
from app.services.endpoints.carried import hold_up_to_date
from app.services.endpoints.choice import require_usable
from app.services.endpoints.saved import SavedEndpoint
from app.services.endpoints.service import ConfigService

PRESETS_PER_USER = 200

_preset = table_of(Preset)


class PresetService:
    """What a user does with presets. Another user's preset counts as missing."""

    def __init__(self, database: Database, configs: ConfigService) -> None:
        self._database = database
        self._configs = configs

    async def list(self, user_id: int) -> PresetList:
        """The user's presets, by name."""
        return PresetList(presets=await self._database.read(_listed, user_id))

    async def create(self, user_id: int, new: PresetCreate) -> PresetRead:
        """A new preset; ListFull, and ModelNotFound or ModelGone for a model that its user may not
        use."""
        environment = self._configs.default_endpoint(user_id)
        return await self._database.write(_create, user_id, new, environment)

    async def change(self, user_id: int, preset_id: int, change: PresetUpdate) -> PresetRead:
        """Change what is given; no conversation changes with it. Raises PresetNotFound, and
        ModelNotFound or ModelGone."""
        environment = self._configs.default_endpoint(user_id)
        return await self._database.write(_change, user_id, preset_id, change, environment)

    async def remove(self, user_id: int, preset_id: int) -> None:
        """Remove a preset; what it was copied into stays. Raises PresetNotFound."""
        await self._database.write(_remove, user_id, preset_id)


def find_owned(connection: Connection, user_id: int, preset_id: int) -> Any:
    """The row of a preset that is this user's; else PresetNotFound."""
    mine = (_preset.c.id == preset_id, _preset.c.user_id == user_id)
    row = connection.execute(select(_preset).where(*mine)).first()
    if row is None:
        raise PresetNotFound(preset_id)
    return row


def _listed(connection: Connection, user_id: int) -> list[PresetRead]:
    mine = select(_preset).where(_preset.c.user_id == user_id)
    return [_read(row) for row in connection.execute(mine.order_by(_preset.c.name, _preset.c.id))]


def _read(row: Any) -> PresetRead:
    return PresetRead(**{**row._asdict(), "params": params.read(row.params)})


def _create(
    connection: Connection, user_id: int, new: PresetCreate, environment: SavedEndpoint | None
) -> PresetRead:
    hold_up_to_date(connection, user_id)
    how_many = select(func.count()).select_from(_preset).where(_preset.c.user_id == user_id)
    if connection.execute(how_many).scalar_one() >= PRESETS_PER_USER:
        raise ListFull(PRESETS_PER_USER)
    now = utc_now()
    values = _values(connection, user_id, new, environment)
    times = {"created_at": now, "updated_at": now}
    result = connection.execute(insert(_preset).values(user_id=user_id, **values, **times))
    id = int(result.inserted_primary_key[0])  # type: ignore[index]
    return _read(find_owned(connection, user_id, id))


def _change(
    connection: Connection,
    user_id: int,
    preset_id: int,
    change: PresetUpdate,
    environment: SavedEndpoint | None,
) -> PresetRead:
    hold_up_to_date(connection, user_id)
    find_owned(connection, user_id, preset_id)
    values = _values(connection, user_id, change, environment)
    if values:
        same = update(_preset).where(_preset.c.id == preset_id)
        connection.execute(same.values(**values, updated_at=utc_now()))
    return _read(find_owned(connection, user_id, preset_id))


def _values(
    connection: Connection,
    user_id: int,
    given: PresetCreate | PresetUpdate,
    environment: SavedEndpoint | None,
) -> dict[str, Any]:
    """The columns that are given, looked at."""
    if given.model_id is not None:
        require_usable(connection, user_id, given.model_id, environment)
    values: dict[str, Any] = {
        "name": given.name,
        "model_id": given.model_id,
        "system_prompt": given.system_prompt or None,
        "params": params.to_store(given.params),
    }
    values = {name: value for name, value in values.items() if name in given.model_fields_set}
    if values.get("name", "") is None:
        del values["name"]
    return values


def _remove(connection: Connection, user_id: int, preset_id: int) -> None:
    find_owned(connection, user_id, preset_id)
    connection.execute(delete(_preset).where(_preset.c.id == preset_id))
