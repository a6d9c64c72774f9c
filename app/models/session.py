"""Logins, and the short secrets that stand for one. Of every secret only the SHA-256 is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, TABLE_OPTIONS, Base, BigId, UtcDateTime, key_bytes
from app.models.marks import OPENS_ACCOUNT, marked, owner

HASH_BYTES = 32


class LoginSession(Base):
    """One login on one device, good until `expires_at` or until it is revoked.

    `last_used_at` and `address` are those of the login or of the last refresh. `confirmed_at`: when
    the password was asked for again in it.
    """

    __tablename__ = "session"
    __table_args__ = (
        Index("idx_session_user", "user_id"),
        TABLE_OPTIONS | marked(OPENS_ACCOUNT, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    device: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class RefreshToken(Base):
    """A refresh token of a session, of which all but the newest are `rotated_at` some time.

    The next one is made of this one and `salt`, so that whoever asks twice gets the same.
    """

    __tablename__ = "refresh_token"
    __table_args__ = (
        Index("idx_refresh_token_session", "session_id"),
        GIVEN_KEY_OPTIONS | marked(OPENS_ACCOUNT, owner("session_id")),
    )

    hash: Mapped[bytes] = mapped_column(key_bytes(HASH_BYTES), primary_key=True)
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("session.id", ondelete="CASCADE"))
    salt: Mapped[bytes] = mapped_column(key_bytes(HASH_BYTES))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    rotated_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class WsTicket(Base):
    """A ticket that was used, a socket's or an export's; its row is what makes a second use
    fail."""

    __tablename__ = "ws_ticket"
    __table_args__ = (
        Index("idx_ws_ticket_user", "user_id", "expires_at"),
        GIVEN_KEY_OPTIONS | marked(OPENS_ACCOUNT, owner("user_id")),
    )

    jti: Mapped[bytes] = mapped_column(key_bytes(HASH_BYTES), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())


class PasswordReset(Base):
    """A user's permission to set a new password by a link; one per user at most."""

    __tablename__ = "password_reset"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(OPENS_ACCOUNT, owner("user_id"))

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    hash: Mapped[bytes] = mapped_column(key_bytes(HASH_BYTES), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
