"""E-mail addresses: confirmed by a link, and changed by two."""

from functools import partial

from sqlalchemy.exc import IntegrityError

from app.config import Settings
from app.database import Database
from app.errors import EmailTaken, Language
from app.services.emails import rows
from app.services.emails.words import PAGES, TEXTS, LetterKind
from app.services.mail.service import Letter, MailService
from app.utils.tokens import opaque_token, token_hash


class EmailService:
    """Sends the links, in the background, and takes them back."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        mail: MailService,
    ) -> None:
        self._database = database
        self._mail = mail
        self._base = settings.public_url.rstrip("/")

    def send_verification(self, user_id: int, language: Language) -> None:
        """Have a link sent to a user's address, unless it is confirmed. Raises MailNotConfigured,
        ServerBusy."""
        self._mail.require()
        self._mail.post(partial(self._verification, user_id, language))

    async def _verification(self, user_id: int, language: Language) -> Letter | None:
        token = opaque_token()
        begun = await self._database.write(rows.begin_verification, user_id, token_hash(token))
        return begun and self._letter("verify", language, begun.email, begun.username, token)

    async def verify(self, token: str) -> None:
        """An address is its owner's; InvalidEmailLink."""
        await self._database.write(rows.verify, token_hash(token))

    async def begin_change(self, user_id: int, email: str, language: Language) -> None:
        """Have links sent to the address there is and to the one that is to take its place. Raises
        EmailTaken, InvalidToken, ServerBusy."""
        old, new = opaque_token(), opaque_token()
        hashes = token_hash(old), token_hash(new)
        begun = await self._database.write(rows.begin_change, user_id, email, *hashes)
        name = begun.username
        for letter in (
            self._letter("old", language, begun.email, name, old, email=email),
            self._letter("new", language, email, name, new),
        ):
            self._mail.post(partial(_as_it_is, letter))

    async def confirm(self, token: str) -> bool:
        """One address confirms a change: whether that was the last one. Raises InvalidEmailLink,
        EmailTaken."""
        try:
            return await self._database.write(rows.confirm, token_hash(token))
        except IntegrityError as error:  # somebody else took the address at this moment
            raise EmailTaken from error

    async def cancel(self, token: str) -> None:
        """Either address ends a change; InvalidEmailLink."""
        await self._database.write(rows.cancel, token_hash(token))

    async def take_back(self, user_id: int) -> None:
        """The user ends a change that waits, if one does."""
        await self._database.write(rows.take_back, user_id)

    def _letter(
        self, kind: LetterKind, language: Language, to: str, name: str, token: str, **words: str
    ) -> Letter:
        subject, text = TEXTS[kind][language]
        # Behind a #, which browsers send to no server, so that no log has it.
        link = f"{self._base}/{PAGES[kind]}#{token}"
        return Letter(to, subject, text.format(name=name, link=link, **words))


async def _as_it_is(letter: Letter) -> Letter:
    return letter
