"""A user's connections: saved, changed, removed, and asked for their models."""

from collections.abc import Sequence

from sqlalchemy import Connection

from app.database import Database
from app.encryption import KeyVault
from app.errors import ApiKeyRequired
from app.schemas.connection import (
    ConnectionCreate,
    ConnectionList,
    ConnectionRead,
    ConnectionUpdate,
)
from app.services.ai_service import AiService, Endpoint
from app.services.endpoints import lists, rows
from app.services.endpoints.carried import hold_up_to_date, read_carried
from app.services.endpoints.models import read_one
from app.services.endpoints.saved import (
    ConnectionChange,
    NewConnection,
    SavedEndpoint,
    tail_of,
)
from app.services.endpoints.service import ConfigService
from app.services.upstream.address import mended


class ConnectionService:
    """What a user does with connections. Those of others, the operator's too, count as missing."""

    def __init__(
        self, database: Database, vault: KeyVault, ai: AiService, configs: ConfigService
    ) -> None:
        self._database = database
        self._vault = vault
        self._ai = ai
        self._configs = configs

    async def list(self, user_id: int) -> ConnectionList:
        """The user's connections, the oldest first."""
        found = await read_carried(self._database, _listed, user_id)
        return ConnectionList(connections=found)

    async def get(self, user_id: int, connection_id: int) -> ConnectionRead:
        """One connection; ConnectionNotFound."""
        return await read_carried(self._database, _get, user_id, connection_id)

    async def create(self, user_id: int, new: ConnectionCreate) -> ConnectionRead:
        """Save a connection, its URL mended where something else was pasted with it.

        Raises ModelUrlNotAllowed, ApiKeyRequired (an empty key is one, too), ListFull.
        """
        base_url = await self._ai.check_url(user_id, mended(new.model_url))
        if new.api_key is None:
            raise ApiKeyRequired
        sealed = self._vault.seal(user_id, base_url, new.api_key)
        made = NewConnection(new.label, base_url, sealed, tail_of(new.api_key))
        return await self._database.write(_create, user_id, made)

    async def change(
        self, user_id: int, connection_id: int, change: ConnectionUpdate
    ) -> ConnectionRead:
        """Change what is given; replies that run end with the key that they began with.

        Raises ConnectionNotFound, ModelUrlNotAllowed, and ApiKeyRequired where the URL changes and
        no key is given.
        """
        known = await self.get(user_id, connection_id)
        base_url = None
        if change.model_url is not None:
            base_url = await self._ai.check_url(user_id, mended(change.model_url))
        sealed = sealed_for = tail = None
        if change.api_key is not None:
            sealed_for = base_url or known.model_url
            sealed = self._vault.seal(user_id, sealed_for, change.api_key)
            tail = tail_of(change.api_key)
        wanted = ConnectionChange(
            change.label, base_url, sealed, sealed_for, tail, enabled=change.enabled
        )
        return await self._database.write(_change, user_id, connection_id, wanted)

    async def remove(self, user_id: int, connection_id: int) -> None:
        """Remove a connection and its key; a reply that runs goes on. Raises ConnectionNotFound."""
        await self._database.write(_remove, user_id, connection_id)

    async def endpoint(self, user_id: int, connection_id: int, model_name: str) -> Endpoint:
        """A model of a connection with its key, for one call; ConnectionNotFound, KeyUnreadable."""
        return self._configs.open(await self.saved(user_id, connection_id, model_name))

    async def saved(self, user_id: int, connection_id: int, model_name: str) -> SavedEndpoint:
        """A model of a connection, be it listed or not; ConnectionNotFound."""
        row = await read_carried(self._database, _row, user_id, connection_id)
        return SavedEndpoint(
            user_id,
            row.base_url,
            model_name,
            row.encrypted_api_key,
            connection_label=row.label,
            connection_id=row.id,
        )

    async def save_list(
        self, user_id: int, connection_id: int, base_url: str, names: Sequence[str]
    ) -> None:
        """Keep the models that were listed at a URL, if the connection still leads there."""
        await self._database.write(_save_list, user_id, connection_id, base_url, names)

    async def add_model(self, user_id: int, connection_id: int, name: str) -> bytes:
        """A model that is named by hand, as JSON of a `ModelRead`.

        Raises ConnectionNotFound, ListFull.
        """
        environment = self._configs.default_endpoint(user_id)
        return await self._database.write(_add_model, user_id, connection_id, name, environment)


def _listed(connection: Connection, user_id: int) -> list[ConnectionRead]:
    return rows.listed(connection, user_id)


def _get(connection: Connection, user_id: int, connection_id: int) -> ConnectionRead:
    return rows.read(rows.find_owned(connection, user_id, connection_id))


_row = rows.find_owned


def _create(connection: Connection, user_id: int, new: NewConnection) -> ConnectionRead:
    hold_up_to_date(connection, user_id)
    return _get(connection, user_id, rows.create(connection, user_id, new))


def _change(
    connection: Connection, user_id: int, connection_id: int, change: ConnectionChange
) -> ConnectionRead:
    hold_up_to_date(connection, user_id)
    rows.change(connection, user_id, connection_id, change)
    return _get(connection, user_id, connection_id)


def _remove(connection: Connection, user_id: int, connection_id: int) -> None:
    hold_up_to_date(connection, user_id)
    rows.remove(connection, user_id, connection_id)


def _save_list(
    connection: Connection, user_id: int, connection_id: int, base_url: str, names: Sequence[str]
) -> None:
    hold_up_to_date(connection, user_id)
    row = rows.find_owned(connection, user_id, connection_id)
    if row.base_url == base_url:
        lists.save_list(connection, user_id, connection_id, names)


def _add_model(
    connection: Connection,
    user_id: int,
    connection_id: int,
    name: str,
    environment: SavedEndpoint | None,
) -> bytes:
    hold_up_to_date(connection, user_id)
    row = rows.find_owned(connection, user_id, connection_id)
    lists.require_room(connection, user_id)
    model_id = lists.named(connection, row.id, name)
    return read_one(connection, user_id, model_id, environment)
