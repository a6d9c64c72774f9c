"""A small mail server (RFC 5321) that keeps what it is given."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.support.patience import PATIENCE_SECONDS


@dataclass
class MailServer:
    """With `tls` it takes mail and passwords only after STARTTLS."""

    tls: ssl.SSLContext | None = None
    port: int = 0
    logins: list[str] = field(default_factory=list)
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    _mails: asyncio.Queue[tuple[str, EmailMessage]] = field(default_factory=asyncio.Queue)

    async def mail(self) -> tuple[str, EmailMessage]:
        """The next mail and the address it went to."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._mails.get()

    @property
    def is_empty(self) -> bool:
        return self._mails.empty()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        self.connected.set()
        try:
            await self._talk(reader, writer)
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com\r\n")
        encrypted, recipient = False, ""
        while line := (await reader.readline()).decode().strip():
            verb, _, rest = line.partition(" ")
            answer = "250 OK"
            match verb.upper():
                case "EHLO":
                    feature = "AUTH PLAIN" if encrypted or not self.tls else "STARTTLS"
                    answer = f"250-mail.example.com\r\n250 {feature}"
                case "STARTTLS" if self.tls:
                    writer.write(b"220 go on\r\n")
                    await writer.start_tls(self.tls)
                    encrypted = True
                    continue
                case "AUTH":
                    self.logins.append(base64.b64decode(rest.split()[-1]).decode())
                    answer = "235 welcome"
                case "MAIL" if self.tls and not encrypted:
                    answer = "530 STARTTLS first"
                case "RCPT":
                    recipient = rest.partition("<")[2].partition(">")[0]
                case "DATA":
                    writer.write(b"354 go on\r\n")
                    data = await reader.readuntil(b"\r\n.\r\n")
                    mail = message_from_bytes(data[:-3], policy=policy.default)
                    assert isinstance(mail, EmailMessage)
                    self._mails.put_nowait((recipient, mail))
                case "QUIT":
                    answer = "221 bye"
            writer.write(f"{answer}\r\n".encode())


@asynccontextmanager
async def mail_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[MailServer]:
    """A running one."""
    mails = MailServer(tls)
    async with await asyncio.start_server(mails.serve, "127.0.0.1", 0) as server:
        mails.port = server.sockets[0].getsockname()[1]
        yield mails
