"""Links by mail, in the background: the request that asks learns nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from app.config import Settings
from app.errors import Language, MailNotConfigured, ServerBusy
from app.logs import log
from app.services.auth.passwords import PasswordService, Reset

if TYPE_CHECKING:
    from app.services.mail.smtp import MailServer

WAITING = 100
TEXTS: dict[Language, tuple[str, str]] = {
    "zh": (
        "重置密码",
        "{name}，您好：\n\n请打开下面的链接设置新密码。链接一小时内有效，只能使用一次。\n\n{link}\n\n"
        "如果这不是您本人的请求，请忽略这封邮件，密码不会改变。\n",
    ),
    "en": (
        "A new password",
        "Hello {name},\n\nthis link sets a new password, once and within an hour:\n\n{link}\n\n"
        "If you did not ask for it, do nothing: your password stays as it is.\n",
    ),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: to whom, and what it says."""

    to: str
    subject: str
    text: str


type LetterWriting = Callable[[], Awaitable[Letter | None]]
"""Finds out what is to be sent, if anything is."""


class MailService:
    """Looks accounts up and writes to them, one after another."""

    def __init__(self, settings: Settings, passwords: PasswordService) -> None:
        self._settings = settings
        self._passwords = passwords
        self._waiting: asyncio.Queue[LetterWriting] = asyncio.Queue(WAITING)

    def require(self) -> None:
        """Raises MailNotConfigured where the operator has named no mail server."""
        if not self._settings.smtp_host:
            raise MailNotConfigured

    def send_reset(self, email: str, language: Language) -> None:
        """Have a link sent if an account has this address; ServerBusy when too many wait."""
        self.post(partial(self._reset, email, language))

    def post(self, writing: LetterWriting) -> None:
        """Have a letter written and sent; ServerBusy when too many wait."""
        try:
            self._waiting.put_nowait(writing)
        except asyncio.QueueFull as error:
            raise ServerBusy from error

    def send_made(self, reset: Reset, language: Language) -> None:
        """Have a link sent that was made already; ServerBusy when too many wait."""
        self.post(partial(self._made, reset, language))

    async def run(self) -> None:
        """Send what waits, for ever; returns at once where there is no mail server."""
        if not self._settings.smtp_host:
            return
        server: MailServer | None = None
        while True:
            writing = await self._waiting.get()
            try:
                if server is None:
                    server = await asyncio.to_thread(self._mail_server)
                letter = await writing()
                if letter is not None:
                    await server.send(letter.to, letter.subject, letter.text)
            except Exception as error:  # whatever one mail does, the next one is sent
                log.warning("mail_failed", cause=type(error).__name__)

    async def _reset(self, email: str, language: Language) -> Letter | None:
        reset = await self._passwords.make_reset_for(email)
        return None if reset is None else await self._made(reset, language)

    async def _made(self, reset: Reset, language: Language) -> Letter:
        return Letter(reset.email, *self._words(reset, language))

    def _mail_server(self) -> "MailServer":
        # The mail client is loaded when the first mail waits.
        from app.services.mail.smtp import MailServer  # noqa: PLC0415

        return MailServer(self._settings)

    def _words(self, reset: Reset, language: Language) -> tuple[str, str]:
        subject, text = TEXTS[language]
        # Behind a #, which browsers send to no server, so that no log has it.
        link = f"{self._settings.public_url.rstrip('/')}/reset#token={reset.token}"
        return subject, text.format(name=reset.username, link=link)
