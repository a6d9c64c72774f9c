"""Pictures of people: drawn anew by a child process, and kept in the database."""

from collections.abc import AsyncIterator

from app.database import Database
from app.errors import AvatarTooLarge
from app.services.files.service import FileService
from app.services.profile import rows

AVATAR_BYTES = 1024 * 1024


class ProfileService:
    """The pictures of all users."""

    def __init__(self, database: Database, files: FileService) -> None:
        self._database = database
        self._files = files

    async def put(self, user_id: int, body: AsyncIterator[bytes], declared: int | None) -> int:
        """Keep a picture, of which `declared` bytes are to come: its version.

        Raises AvatarTooLarge, AvatarUnreadable, TooManyUploads, ServerBusy, StorageFull,
        InvalidToken, and what `body` raises.
        """
        if declared is not None and declared > AVATAR_BYTES:
            raise AvatarTooLarge(AVATAR_BYTES // 1024)
        came = bytearray()
        async for chunk in body:
            came += chunk
            if len(came) > AVATAR_BYTES:
                raise AvatarTooLarge(AVATAR_BYTES // 1024)
        picture = await self._files.draw_avatar(user_id, bytes(came))
        return await self._database.write(rows.put, user_id, picture)

    async def remove(self, user_id: int) -> None:
        """Forget a user's picture."""
        await self._database.write(rows.remove, user_id)

    async def find(self, user_id: int) -> tuple[int, bytes]:
        """A user's picture and its version; AvatarNotFound."""
        row = await self._database.read(rows.find, user_id)
        return row.version, row.bytes

    async def find_for_admin(self, user_id: int) -> tuple[int, bytes]:
        """The same for an administrator; UserNotFound, too."""
        await self._database.read(rows.require_user, user_id)
        return await self.find(user_id)
