"""Invitations, for administrators and for the command line."""

from app.config import Settings
from app.database import Database
from app.schemas.invite import InviteCreate, InviteCreated, InviteList
from app.services.auth.account import Account
from app.services.invites import rows
from app.utils.tokens import opaque_token, token_hash

PREFIX_CHARACTERS = 8


class InviteService:
    """The invitations of this server."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._base = settings.public_url.rstrip("/")

    async def list(self) -> InviteList:
        """All invitations, the newest first."""
        return InviteList(invites=await self._database.read(rows.listed))

    async def create(self, admin: Account | None, wanted: InviteCreate) -> InviteCreated:
        """A new invitation, which is told this once; `admin`: None for the command line. Raises
        LoginTooOld, GroupNotFound, ListFull."""
        token = opaque_token()
        prefix, hash = token[:PREFIX_CHARACTERS], token_hash(token)
        made = await self._database.write(rows.create, admin, prefix, hash, wanted)
        # Behind a #, which browsers send to no server, so that no log has it.
        url = f"{self._base}/register#invite={token}"
        return InviteCreated(**made.model_dump(), token=token, url=url)

    async def revoke(self, admin: Account | None, id: int) -> None:
        """End an invitation for good; LoginTooOld, InviteNotFound."""
        await self._database.write(rows.revoke, admin, id)
