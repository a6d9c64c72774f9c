"""The operator's connections, whose models every user may use, or the members of some groups.
Nobody but administrators is shown their URL, and nobody their key."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.database import Database
from app.encryption import KeyVault
from app.schemas.price import Price
from app.schemas.shared_connection import (
    GrantsUpdate,
    SharedCreate,
    SharedList,
    SharedRead,
    SharedUpdate,
)
from app.services.ai_service import AiService, Endpoint
from app.services.audit.events import AuditAction
from app.services.auth.account import Account
from app.services.auth.admins import require_admin
from app.services.endpoints.saved import (
    OPERATOR,
    ConnectionChange,
    NewConnection,
    SavedEndpoint,
    tail_of,
)
from app.services.shared_connections import rows
from app.services.shared_connections.rows import Which
from app.services.upstream.address import mended

ANY_MODEL = "?"
"""A list of models is asked for without the name of one."""
NOTHING = ConnectionChange()


@dataclass(frozen=True, slots=True)
class SharedConnection:
    """A connection as the command line tells it; `models`: how many are listed, or named by hand;
    `groups`: by name, those that may use it, each with the names of its models, or null for all."""

    slug: str
    label: str
    model_url: str
    key_tail: str | None
    shared: bool
    source: str
    models: int
    restricted: bool
    groups: dict[str, list[str] | None]


class SharedConnections:
    """What administrators do with connections, by their ids, and the command line, by their slugs.

    `admin`: who asks, None on the command line; LoginTooOld and AdminOnly where they may not.
    Raises ConnectionNotFound where there is none, OfSettings for that of the settings.
    """

    def __init__(self, database: Database, vault: KeyVault, ai: AiService) -> None:
        self._database = database
        self._vault = vault
        self._ai = ai

    async def list(self) -> SharedList:
        """Every connection of the operator's, that of the settings too."""
        return SharedList(connections=await self._database.read(rows.listed))

    async def all(self) -> Sequence[SharedConnection]:
        """The same, as the command line tells it."""
        return await self._database.read(_all)

    async def create(self, admin: Account, new: SharedCreate) -> SharedRead:
        """Save a connection; it is not shared yet. Raises ModelUrlNotAllowed, ListFull."""
        await self._database.read(require_admin, admin)
        base_url = await self._ai.check_url(admin.id, mended(new.base_url))
        made = self._sealed(new.label, base_url, new.api_key)
        names = [name.strip() for name in new.models]
        return await self._database.write(rows.create, admin, made, names)

    async def add(
        self, label: str | None, model_url: str, api_key: str, names: Sequence[str]
    ) -> SharedRead:
        """Save a connection with models that are named by hand; it is not shared yet.

        Raises ModelUrlNotAllowed, ListFull.
        """
        base_url = await self._ai.check_url(OPERATOR, mended(model_url))
        made = self._sealed(label, base_url, api_key)
        return await self._database.write(rows.create, None, made, names)

    def _sealed(self, label: str | None, base_url: str, api_key: str) -> NewConnection:
        sealed = self._vault.seal(OPERATOR, base_url, api_key)
        return NewConnection(label, base_url, sealed, tail_of(api_key), "operator", enabled=False)

    async def change(self, admin: Account, id: int, change: SharedUpdate) -> SharedRead:
        """Change what is given; replies that run end with the key that they began with. Raises
        ModelUrlNotAllowed, and ApiKeyRequired where the URL changes and no key is given."""
        await self._database.read(require_admin, admin)
        known = await self._database.read(rows.read_one, id)
        base_url = None
        if change.base_url is not None:
            base_url = await self._ai.check_url(admin.id, mended(change.base_url))
        sealed = sealed_for = tail = None
        if change.api_key is not None:
            sealed_for = base_url or known.base_url
            sealed = self._vault.seal(OPERATOR, sealed_for, change.api_key)
            tail = tail_of(change.api_key)
        wanted = ConnectionChange(change.label, base_url, sealed, sealed_for, tail)
        return await self._database.write(rows.change, admin, id, wanted, change.shared)

    async def share(self, slug: str, shared: bool) -> None:
        """Let its models be used by every user, or by its groups where it is restricted, or by
        nobody any more."""
        await self._database.write(rows.change, None, slug, NOTHING, shared)

    async def remove(self, which: Which, admin: Account | None = None) -> None:
        """Forget a connection and its key."""
        await self._database.write(rows.remove, admin, which)

    async def set_grants(self, admin: Account, id: int, wanted: GrantsUpdate) -> SharedRead:
        """Say which groups may use it, or that everybody may. Raises GroupNotFound,
        ModelNotFound."""
        return await self._database.write(rows.set_grants, admin, id, wanted)

    async def grant(self, slug: str, group_id: int, names: Sequence[str]) -> None:
        """Let a group use it, these models or all, and none but such groups. Raises
        ModelNotFound."""
        await self._database.write(rows.grant, slug, group_id, names)

    async def end_grant(self, slug: str, group_id: int) -> bool:
        """Let a group no longer use it; False where it could not."""
        return await self._database.write(rows.end_grant, slug, group_id)

    async def lift_restriction(self, slug: str) -> None:
        """Have it be for everybody, where it is shared."""
        await self._database.write(rows.lift_restriction, slug)

    async def refresh(self, slug: str) -> int:
        """Ask its server for models and keep them; how many there are now.

        Raises ReplyError, ModelUrlNotAllowed or KeyUnreadable where that is impossible.
        """
        asking = AuditAction.CONNECTION_REFRESHED
        row = await self._database.write(rows.begin_asking, None, slug, asking)
        key = self._vault.open(OPERATOR, row.base_url, row.encrypted_api_key)
        names = await self._ai.list_models(Endpoint(row.base_url, ANY_MODEL, key))
        kept = await self.save_list(row.id, row.base_url, names)
        return sum(not model.gone for model in kept.models)

    async def begin_asking(
        self, admin: Account, id: int, model_name: str, action: AuditAction
    ) -> SavedEndpoint:
        """A model of a connection, be it listed or not, to be asked in an administrator's name."""
        row = await self._database.write(rows.begin_asking, admin, id, action)
        return SavedEndpoint(
            admin.id,
            row.base_url,
            model_name,
            row.encrypted_api_key,
            connection_label=row.label,
            source="operator",
            connection_id=row.id,
        )

    async def save_list(self, id: int, base_url: str, names: Sequence[str]) -> SharedRead:
        """Keep the models that were listed at a URL, if the connection still leads there."""
        return await self._database.write(rows.save_list, id, base_url, names)

    async def set_price(self, slug: str, model_name: str, price: Price | None) -> None:
        """Say what a model costs, that of the settings too; None: as the table of prices has it.

        Raises ModelNotFound.
        """
        await self._database.write(rows.set_price, slug, model_name, price)


def _all(connection: Connection) -> Sequence[SharedConnection]:
    found = rows.listed(connection)
    ids = {grant.group_id for read in found for grant in read.grants}
    groups = rows.group_names(connection, ids)
    return [_told(read, groups) for read in found]


def _told(read: SharedRead, groups: dict[int, str]) -> SharedConnection:
    names = {model.id: model.name for model in read.models}
    granted = {
        groups[grant.group_id]: None
        if grant.model_ids is None
        else [names[id] for id in grant.model_ids]
        for grant in read.grants
    }
    return SharedConnection(
        read.slug,
        read.label,
        read.base_url,
        read.key_tail,
        read.shared,
        read.source,
        sum(not model.gone for model in read.models),
        read.restricted,
        granted,
    )
