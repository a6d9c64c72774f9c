"""What is done to groups, by administrators and on the command line."""

from collections.abc import AsyncIterator

from app.database import Database
from app.schemas.group import GroupList, GroupRead
from app.services.auth.account import Account
from app.services.groups import rows


class GroupService:
    """Groups, by their ids. `admin`: who asks, None on the command line; LoginTooOld and AdminOnly
    where they may not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> GroupList:
        """Every group, by name."""
        return GroupList(groups=await self._database.read(rows.listed))

    async def get(self, group_id: int) -> GroupRead:
        """One group; GroupNotFound."""
        return await self._database.read(rows.read_one, group_id)

    async def id_of(self, name: str) -> int:
        """The group of a name; GroupNotFound."""
        return await self._database.read(rows.id_of, name)

    async def user_id_of(self, username: str) -> int:
        """The user of a name; UserNotFound."""
        return await self._database.read(rows.user_id_of, username)

    async def member_names(self, group_id: int) -> AsyncIterator[list[str]]:
        """What the members of a group are called, a page at a time, by name."""
        after = b""
        while page := await self._database.read(rows.member_names, group_id, after):
            yield [name for _, name in page]
            after = page[-1][0]

    async def create(self, admin: Account | None, name: str) -> GroupRead:
        """A new group; GroupNameTaken, ListFull."""
        return await self._database.write(rows.create, admin, name)

    async def rename(self, admin: Account | None, group_id: int, name: str) -> GroupRead:
        """Give a group another name; GroupNotFound, GroupNameTaken."""
        return await self._database.write(rows.rename, admin, group_id, name)

    async def remove(self, admin: Account | None, group_id: int) -> None:
        """Remove a group with its grants and its caps; GroupNotFound. What is restricted to it
        nobody may use then."""
        await self._database.write(rows.begin_removal, admin, group_id)
        while await self._database.write(rows.remove_some, group_id):
            pass

    async def add_member(self, admin: Account | None, group_id: int, user_id: int) -> None:
        """Put somebody into a group; GroupNotFound, UserNotFound."""
        await self._database.write(rows.add_member, admin, group_id, user_id)

    async def drop_member(self, admin: Account | None, group_id: int, user_id: int) -> None:
        """Take somebody out of a group; GroupNotFound, UserNotFound."""
        await self._database.write(rows.drop_member, admin, group_id, user_id)
