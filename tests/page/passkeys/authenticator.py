"""The browser's own virtual authenticator, in the place of a fingerprint reader."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession, Page

PLATFORM = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Authenticator:
    """One that a page has; it answers at once."""

    session: CDPSession
    id: str

    async def send(self, method: str, **options: Any) -> Any:
        return await self.session.send(f"WebAuthn.{method}", {"authenticatorId": self.id} | options)

    async def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.send("getCredentials"))["credentials"]
        return found


async def with_authenticator(page: Page, **options: Any) -> Authenticator:
    """Passkeys can be made on this page from now on."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": PLATFORM | options})
    return Authenticator(session, made["authenticatorId"])
