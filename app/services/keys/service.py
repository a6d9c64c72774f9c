"""Keys: made, changed and revoked by their owners, and looked at for whoever comes with one."""

from app.database import Database
from app.errors import SecondFactorNeeded
from app.schemas.key import KeyCreate, KeyCreated, KeyList, KeyRead, KeyUpdate
from app.services.auth.account import Account
from app.services.endpoints.service import ConfigService
from app.services.keys import rows
from app.services.keys.holder import KeyHolder, find_holder, live, touch
from app.utils.tokens import KEY_MARK, opaque_token, token_hash

PREFIX_CHARACTERS = 12
KEY_CHARACTERS = len(KEY_MARK) + 43


class KeyService:
    """The keys of all users."""

    def __init__(self, database: Database, configs: ConfigService, wants_factor: bool) -> None:
        """`wants_factor`: keys are good only while their owners have a second factor."""
        self._wants_factor = wants_factor
        self._database = database
        self._configs = configs

    async def list(self, user_id: int) -> KeyList:
        """A user's keys, newest first."""
        return KeyList(keys=await self._database.read(rows.listed, user_id))

    async def create(self, account: Account, wanted: KeyCreate) -> KeyCreated:
        """A new key, which is told this once. Raises LoginTooOld, ListFull, InvalidInput,
        ModelNotFound, ModelGone."""
        key = KEY_MARK + opaque_token()
        environment = self._configs.default_endpoint(account.id)
        prefix, hash = key[:PREFIX_CHARACTERS], token_hash(key)
        write = self._database.write
        made = await write(rows.create, account, prefix, hash, wanted, environment)
        return KeyCreated(**made.model_dump(), key=key)

    async def change(self, account: Account, key_id: int, wanted: KeyUpdate) -> KeyRead:
        """Change what is given of a key. Raises KeyNotFound and as `create`."""
        environment = self._configs.default_endpoint(account.id)
        return await self._database.write(rows.change, account, key_id, wanted, environment)

    async def revoke(self, user_id: int, key_id: int) -> None:
        """Revoke a key for good; KeyNotFound."""
        await self._database.write(rows.revoke, user_id, key_id)

    async def holder(self, key: str) -> KeyHolder:
        """Who holds a key; InvalidKey for one that is not good, SecondFactorNeeded where its owner
        lacks one that everybody must have."""
        holder = await self._database.read(find_holder, token_hash(key))
        if self._wants_factor and not holder.has_factor:
            raise SecondFactorNeeded
        if holder.is_stale:
            await self._database.write(touch, holder.id)
        return holder

    async def live(self, key_ids: set[int]) -> set[int]:
        """Those of these keys that are good at this moment."""
        return await self._database.read(live, key_ids)
