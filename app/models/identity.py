"""Accounts at providers of logins, and logins that pass through one. Of every secret that comes
back from a browser only the SHA-256 is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, TABLE_OPTIONS, Base, BigId, UtcDateTime, key_bytes
from app.models.marks import OPENS_ACCOUNT, PLAIN, marked, no_owner, owner

HASH_BYTES = 32


class Identity(Base):
    """An account at a provider that logs in to an account here.

    It is known by `issuer` and `subject` and by nothing else; `key` is the SHA-256 of the two,
    which are longer together than MySQL lets a key be.
    """

    __tablename__ = "identity"
    __table_args__ = (
        Index("idx_identity_user", "user_id"),
        TABLE_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    key: Mapped[bytes] = mapped_column(key_bytes(HASH_BYTES), unique=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class IdentityGroup(Base):
    """That somebody is in a group because their provider says so: with the claim the membership
    goes, and no other one does."""

    __tablename__ = "identity_group"
    __table_args__ = (
        Index("idx_identity_group", "group_id"),
        GIVEN_KEY_OPTIONS | marked(PLAIN, owner("identity_id")),
    )

    identity_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    group_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("user_group.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )


class OidcLogin(Base):
    """Somebody who was sent to a provider: what they were sent with, and what for. Good once.

    `purpose`: `login`, `link` or `reauthenticate`; the last two are a user's, in a session.
    """

    __tablename__ = "oidc_login"
    __table_args__ = (
        Index("idx_oidc_login_user", "user_id"),
        Index("idx_oidc_login_expires", "expires_at"),
        GIVEN_KEY_OPTIONS | marked(OPENS_ACCOUNT, owner("user_id")),
    )

    state_hash: Mapped[bytes] = mapped_column(key_bytes(HASH_BYTES), primary_key=True)
    browser_hash: Mapped[bytes] = mapped_column(key_bytes(HASH_BYTES))
    provider: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))
    return_to: Mapped[str] = mapped_column(String(500))
    purpose: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    session_id: Mapped[int | None] = mapped_column(BigId)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())


class OidcStep(Base):
    """What a login that waits for its second step is to remember of the provider; `hash`: that of
    the step's ticket."""

    __tablename__ = "oidc_step"
    __table_args__ = (
        Index("idx_oidc_step_identity", "identity_id"),
        Index("idx_oidc_step_expires", "expires_at"),
        GIVEN_KEY_OPTIONS | marked(OPENS_ACCOUNT, owner("identity_id")),
    )

    hash: Mapped[bytes] = mapped_column(key_bytes(HASH_BYTES), primary_key=True)
    identity_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity.id", ondelete="CASCADE"))
    sid_hash: Mapped[bytes | None] = mapped_column(key_bytes(HASH_BYTES))
    authenticated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())


class OidcSession(Base):
    """By which identity a session was begun, and in which session at the provider: it ends with
    that one."""

    __tablename__ = "oidc_session"
    __table_args__ = (
        Index("idx_oidc_session_identity", "identity_id"),
        Index("idx_oidc_session_sid", "sid_hash"),
        GIVEN_KEY_OPTIONS | marked(OPENS_ACCOUNT, owner("session_id")),
    )

    session_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("session.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    identity_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity.id", ondelete="CASCADE"))
    sid_hash: Mapped[bytes | None] = mapped_column(key_bytes(HASH_BYTES))


class OidcLogout(Base):
    """A logout token that was used; its row is what makes a second use fail."""

    __tablename__ = "oidc_logout"
    __table_args__ = (
        Index("idx_oidc_logout_expires", "expires_at"),
        GIVEN_KEY_OPTIONS | marked(PLAIN, no_owner("A provider's, good for minutes")),
    )

    hash: Mapped[bytes] = mapped_column(key_bytes(HASH_BYTES), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
