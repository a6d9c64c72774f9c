"""Folders: made, listed, named, put in order and removed. Each belongs to one user."""

from collections.abc import Callable
from datetime import timedelta

from app.database import Database
from app.models import utc_now
from app.schemas.folder import FolderCreate, FolderList, FolderRead, FolderUpdate
from app.services.folders import rows, tally


class FolderService:
    """What a user does with folders. Another user's folder counts as missing."""

    def __init__(self, database: Database, retention: Callable[[], timedelta]) -> None:
        self._database = database
        self._retention = retention

    async def list(self, user_id: int) -> FolderList:
        """The user's folders, in their order."""
        since = utc_now() - self._retention()
        folders, is_right = await self._database.read(tally.folders_of, user_id, since)
        if folders and not is_right:
            await tally.keep(self._database, user_id, since)
            folders, _ = await self._database.read(tally.folders_of, user_id, since)
        return FolderList(folders=folders)

    async def create(self, user_id: int, new: FolderCreate) -> FolderRead:
        """A new folder; ListFull, FolderNameTaken."""
        return await self._database.write(rows.create, user_id, new)

    async def change(self, user_id: int, folder_id: int, change: FolderUpdate) -> FolderRead:
        """Change what is given; FolderNotFound, FolderNameTaken."""
        return await self._database.write(rows.change, user_id, folder_id, change)

    async def remove(self, user_id: int, folder_id: int) -> None:
        """Remove a folder; its conversations stay, and are in none. Raises FolderNotFound.

        Some hundred at a time, so that no transaction takes long. When it breaks off, the folder is
        still there, with the rest.
        """
        while await self._database.write(rows.take_out_some, user_id, folder_id):
            pass
