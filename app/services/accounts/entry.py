"""How a new account comes in: by itself, by an invitation, or once an administrator approves it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.config import Registration
from app.errors import InviteInvalid, RegistrationClosed
from app.services.invites import rows as invites


@dataclass(frozen=True, slots=True)
class Entered:
    """What it is as it begins: columns of its row, its group, and what the audit log says."""

    columns: dict[str, Any] = field(default_factory=dict)
    group_id: int | None = None
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """The way of the server (None: its operator makes the account, and vouches for the address),
    and the hash of an invitation.

    Whoever is invited waits for nobody. Where everybody may come in, an invitation that is not good
    is as none; elsewhere it is refused.
    """

    way: Registration | None
    invite: bytes | None = None

    def look(self, connection: Connection) -> None:
        """Refuse what would be refused in the end, before anything is done for it. Raises
        RegistrationClosed, InviteInvalid."""
        if self.way in ("closed", "oidc"):
            raise RegistrationClosed
        if self._wants_invite and not (self.invite and invites.is_good(connection, self.invite)):
            raise InviteInvalid

    def take(self, connection: Connection, now: datetime) -> Entered:
        """Come in, using up what that takes. Raises InviteInvalid."""
        if self.way is None:
            return Entered({"email_verified_at": now})
        if self.invite is not None:
            try:
                used = invites.use(connection, self.invite)
            except InviteInvalid:
                if self._wants_invite:
                    raise
            else:
                return Entered(group_id=used.group_id, told={"invite_id": used.id})
        if self._wants_invite:
            raise InviteInvalid
        if self.way == "approve":
            return Entered({"yn": 0, "pending_at": now}, told={"pending": True})
        return Entered()

    @property
    def _wants_invite(self) -> bool:
        return self.way == "invite" or (self.way == "approve" and self.invite is not None)
