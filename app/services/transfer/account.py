"""All that a user has said and was answered, as the files of a ZIP."""

from array import array
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial

import orjson

from app import __version__
from app.database import Database
from app.errors import AvatarNotFound, ConversationNotFound, Language
from app.models import utc_now
from app.schemas.fields import as_utc
from app.schemas.identity import IdentitiesTold
from app.schemas.key import KeyList
from app.schemas.passkey import PasskeyList
from app.schemas.usage import AttemptRead
from app.services.auth.identities import exported as identities_of
from app.services.auth.passkey_rows import listed as passkeys_of
from app.services.files.names import file_name
from app.services.files.service import FileService
from app.services.keys.rows import listed as keys_of
from app.services.profile.rows import find as find_avatar
from app.services.sharing.rows import SHARES_MOST
from app.services.sharing.rows import page_of as shares_of
from app.services.transfer import whole_rows
from app.services.transfer.archive import OWN_FORMAT
from app.services.transfer.pieces import line_pieces, markdown_pieces
from app.services.transfer.profile_rows import profile_of
from app.services.transfer.rows import TransferredConversation, head
from app.services.transfer.stored_files import MetFiles
from app.services.transfer.streamed_zip import ExportThread, FilePiece, ZipMember, streamed_zip
from app.services.transfer.whole_rows import ConversationPlace
from app.services.usage.csv import HEAD, rows_of
from app.services.usage.service import UsageService

UNTITLED = "conversation"


class AccountExport:
    """One export of a user's. `progress` is told of conversations that are done, each twice: their
    lines come first, and their Markdown after that."""

    def __init__(
        self,
        database: Database,
        files: FileService,
        usage: UsageService,
        user_id: int,
        language: Language,
        thread: ExportThread,
        progress: Callable[[int], None],
    ) -> None:
        self._database = database
        self._files = MetFiles(files, has_bytes=True)
        self._usage = usage
        self._user_id = user_id
        self._language = language
        self._thread = thread
        self._progress = progress
        self._ids = array("q")
        self._taken: set[str] = set()

    def zip(self) -> AsyncIterator[bytes]:
        """The ZIP; raises ServerBusy where the store of files fails."""
        return streamed_zip(self._members(), utc_now(), self._thread)

    async def _members(self) -> AsyncIterator[ZipMember]:
        yield ZipMember("manifest.json", self._manifest())
        yield ZipMember("conversations.jsonl", self._lines())
        async for conversation in self._conversations():
            name = f"markdown/{self._name(conversation)}.md"
            pieces = markdown_pieces(self._database, conversation, self._language)
            yield ZipMember(name, pieces)
        async for path, chunks in self._files.opened():
            yield ZipMember(path, _as_pieces(chunks))
        yield ZipMember("account.json", self._profile())
        yield ZipMember("shares.json", self._shares())
        yield ZipMember("keys.json", self._keys())
        yield ZipMember("passkeys.json", self._passkeys())
        yield ZipMember("identities.json", self._identities())
        with suppress(AvatarNotFound):
            picture = (await self._database.read(find_avatar, self._user_id)).bytes
            yield ZipMember("avatar.webp", _whole(picture))
        yield ZipMember("usage.csv", self._csv())

    async def _manifest(self) -> AsyncIterator[FilePiece]:
        told = {"format": OWN_FORMAT, "version": __version__, "exported_at": as_utc(utc_now())}
        yield partial(orjson.dumps, told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    async def _lines(self) -> AsyncIterator[FilePiece]:
        """One line a conversation, and none of one that is deleted before its turn."""
        before: ConversationPlace | None = None
        while places := await self._database.read(whole_rows.page, self._user_id, before):
            for place in places:
                try:
                    begun = await self._database.read(whole_rows.begin, self._user_id, place.id)
                except ConversationNotFound:
                    continue
                async for piece in line_pieces(self._database, *begun, self._files):
                    yield piece
                self._ids.append(place.id)
                self._progress(1)
            before = places[-1]

    async def _conversations(self) -> AsyncIterator[TransferredConversation]:
        """Those that have a line, save what was deleted since."""
        for id in self._ids:
            try:
                yield await self._database.read(head, self._user_id, id)
            except ConversationNotFound:
                continue
            finally:
                self._progress(1)

    def _name(self, conversation: TransferredConversation) -> str:
        """What its file is called: by day and title, by its id where that name is taken; in small
        letters, too, as some systems do not tell them from capitals."""
        title = file_name(conversation.title) or UNTITLED
        name = f"{conversation.created_at:%Y-%m-%d} {title}"
        while name.casefold() in self._taken:
            name += f" ({conversation.id})"
        self._taken.add(name.casefold())
        return name

    async def _profile(self) -> AsyncIterator[FilePiece]:
        told = await self._database.read(profile_of, self._user_id)
        yield partial(orjson.dumps, told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    async def _shares(self) -> AsyncIterator[FilePiece]:
        """The links that are good; their addresses are known to nobody here."""
        found = await self._database.read(shares_of, self._user_id, SHARES_MOST)
        told = found.model_dump(mode="json", include={"shares"})
        yield partial(orjson.dumps, told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    async def _keys(self) -> AsyncIterator[FilePiece]:
        """What keys there are, and for what; the keys themselves are known to nobody here."""
        found = await self._database.read(keys_of, self._user_id)
        told = KeyList(keys=found).model_dump(mode="json")
        yield partial(orjson.dumps, told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    async def _identities(self) -> AsyncIterator[FilePiece]:
        """By which accounts at providers the user logs in."""
        found = await self._database.read(identities_of, self._user_id)
        told = IdentitiesTold(identities=found).model_dump(mode="json")
        yield partial(orjson.dumps, told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    async def _passkeys(self) -> AsyncIterator[FilePiece]:
        """What passkeys there are, by name; what they are known by is no use to anybody."""
        found = await self._database.read(passkeys_of, self._user_id)
        told = PasskeyList(passkeys=found).model_dump(mode="json")
        yield partial(orjson.dumps, told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    async def _csv(self) -> AsyncIterator[FilePiece]:
        yield HEAD.encode
        async for attempts in self._usage.all_parts(self._user_id):
            yield partial(_csv_rows, attempts)


def _csv_rows(attempts: list[AttemptRead]) -> bytes:
    return rows_of(attempts).encode()


async def _whole(data: bytes) -> AsyncIterator[FilePiece]:
    yield partial(bytes, data)


async def _as_pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[FilePiece]:
    async for chunk in chunks:
        yield partial(bytes, chunk)
