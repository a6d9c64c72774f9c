"""A site that sends mail, and the links in it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.page.admin.made import done
from tests.page.conftest import Site, running_site
from tests.support.server import Person
from tests.support.smtp import MailServer, mail_server


@dataclass
class MailedSite:
    """A site whose administrator opens and closes it while it runs."""

    site: Site
    mails: MailServer
    admin: Person

    async def set(self, **settings: Any) -> None:
        await done(self.admin, "PATCH", "settings", **settings)

    async def links_to(self, recipient: str, count: int) -> str:
        """The path in the last of so many mails to somebody: it alone is good."""
        path = ""
        while count:
            to, link = await self.link()
            if to == recipient:
                path, count = link, count - 1
        return path

    async def link(self) -> tuple[str, str]:
        """Whom the next mail goes to, and the path of the link in it."""
        recipient, mail = await self.mails.mail()
        [link] = re.findall(r"https://chat\.example\.com(/\S+#\S+)", mail.get_content())
        return recipient, link


@asynccontextmanager
async def mailed_site(folder: Any) -> AsyncIterator[MailedSite]:
    """A site with a mail server."""
    async with mail_server() as mails:
        settings = {
            "smtp_host": "127.0.0.1",
            "smtp_port": mails.port,
            "smtp_tls": "none",
            "smtp_from": "chat@example.com",
            "public_url": "https://chat.example.com",
        }
        async with running_site(folder, **settings) as site:
            yield MailedSite(site, mails, await site.server.admin("root"))
