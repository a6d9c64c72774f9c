"""The operator's connections, whose models every user may use. Nobody is shown their URL or key."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, update

from app.database import Database, table_of
from app.encryption import KeyVault
from app.errors import ConnectionNotFound, ModelNotFound
from app.models import Model, ModelConnection, utc_now
from app.schemas.price import Price
from app.services.ai_service import AiService, Endpoint
from app.services.audit.events import AuditAction, record
from app.services.endpoints import lists, rows
from app.services.endpoints.saved import OPERATOR, NewConnection, tail_of
from app.services.endpoints.slug import slug_key
from app.services.upstream.address import mended
from app.services.upstream.guard import host_of

ANY_MODEL = "?"
"""A list of models is asked for without the name of one."""

_connection = table_of(ModelConnection)
_model = table_of(Model)


class OfSettings(Exception):
    """The connection comes from the settings, and is changed there."""


@dataclass(frozen=True, slots=True)
class SharedConnection:
    """A connection as its operator sees it; `models`: how many are listed, or named by hand."""

    slug: str
    label: str
    model_url: str
    key_tail: str | None
    shared: bool
    source: str
    models: int


class SharedConnections:
    """What an operator does with connections, by their slugs.

    Raises ConnectionNotFound where there is none, OfSettings for that of the settings.
    """

    def __init__(self, database: Database, vault: KeyVault, ai: AiService) -> None:
        self._database = database
        self._vault = vault
        self._ai = ai

    async def all(self) -> list[SharedConnection]:
        """Every connection of the operator's, that of the settings too."""
        return await self._database.read(_all)

    async def add(
        self, label: str | None, model_url: str, api_key: str, names: list[str]
    ) -> SharedConnection:
        """Save a connection with models that are named by hand; it is not shared yet.

        Raises ModelUrlNotAllowed, ListFull.
        """
        base_url = await self._ai.check_url(OPERATOR, mended(model_url))
        sealed = self._vault.seal(OPERATOR, base_url, api_key)
        tail = tail_of(api_key)
        new = NewConnection(label, base_url, sealed, tail, "operator", enabled=False)
        return await self._database.write(_add, new, names)

    async def share(self, slug: str, shared: bool) -> None:
        """Let every user use its models, or nobody any more."""
        await self._database.write(_share, slug, shared)

    async def remove(self, slug: str) -> None:
        """Forget a connection and its key."""
        await self._database.write(_remove, slug)

    async def refresh(self, slug: str) -> int:
        """Ask its server for models and keep them; how many there are now.

        Raises ReplyError, ModelUrlNotAllowed or KeyUnreadable where that is impossible.
        """
        row = await self._database.read(_changeable, slug)
        key = self._vault.open(OPERATOR, row.base_url, row.encrypted_api_key)
        names = await self._ai.list_models(Endpoint(row.base_url, ANY_MODEL, key))
        return await self._database.write(_refresh, slug, names)

    async def set_price(self, slug: str, model_name: str, price: Price | None) -> None:
        """Say what a model costs, that of the settings too; None: as the table of prices has it.

        Raises ModelNotFound.
        """
        await self._database.write(_set_price, slug, model_name, price)


def _all(connection: Connection) -> list[SharedConnection]:
    found = connection.execute(
        select(_connection).where(rows.of_owner(OPERATOR)).order_by(_connection.c.id)
    )
    return [_read(connection, row) for row in found]


def _read(connection: Connection, row: Any) -> SharedConnection:
    there = (_model.c.connection_id == row.id, _model.c.gone_at.is_(None))
    models = connection.execute(select(func.count()).where(*there)).scalar_one()
    return SharedConnection(
        row.slug, row.label, row.base_url, row.key_tail, row.enabled == 1, row.source, models
    )


def _found(connection: Connection, slug: str) -> Any:
    its = _connection.c.slug_key == slug_key(OPERATOR, slug)
    row = connection.execute(select(_connection).where(its)).first()
    if row is None:
        raise ConnectionNotFound
    return row


def _changeable(connection: Connection, slug: str) -> Any:
    row = _found(connection, slug)
    if row.source == "environment":
        raise OfSettings
    return row


def _add(connection: Connection, new: NewConnection, names: list[str]) -> SharedConnection:
    id = rows.create(connection, OPERATOR, new)
    for name in names:
        lists.named(connection, id, name)
    return _read(connection, rows.find_owned(connection, OPERATOR, id))


def _share(connection: Connection, slug: str, shared: bool) -> None:
    row = _changeable(connection, slug)
    same = update(_connection).where(_connection.c.id == row.id)
    connection.execute(same.values(enabled=int(shared), updated_at=utc_now()))
    host = host_of(row.base_url)
    record(connection, AuditAction.CONNECTION_CHANGED, host=host, key_changed=False)


def _remove(connection: Connection, slug: str) -> None:
    rows.remove(connection, OPERATOR, _changeable(connection, slug).id)


def _refresh(connection: Connection, slug: str, names: list[str]) -> int:
    row = _changeable(connection, slug)
    lists.save_list(connection, OPERATOR, row.id, names)
    return _read(connection, row).models


def _set_price(connection: Connection, slug: str, model_name: str, price: Price | None) -> None:
    here = _model.c.connection_id == _found(connection, slug).id
    its = select(_model.c.id).where(here, _model.c.name_key == model_name.encode())
    id = connection.execute(its).scalar()
    if id is None:
        raise ModelNotFound
    text = None if price is None else price.write()
    connection.execute(update(_model).where(_model.c.id == id).values(price=text))
