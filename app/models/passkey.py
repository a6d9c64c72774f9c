"""Passkeys: public keys of authenticators, which log in alone or beside a password."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    GIVEN_KEY_OPTIONS,
    TABLE_OPTIONS,
    Base,
    BigId,
    Flag,
    UtcDateTime,
    key_bytes,
)
from app.models.marks import OPENS_ACCOUNT, PLAIN, marked, owner

HASH_BYTES = 32
HANDLE_BYTES = 32
CREDENTIAL_BYTES = 1023
"""The most that an id of a credential has (Web Authentication, section 5.1)."""
KEY_BYTES = 1024


class Passkey(Base):
    """A public key of a user's (COSE), and how often its authenticator says that it has signed.

    `handle`: what authenticators know the user by, random, one for all passkeys of a user.
    `synced`: it was copied elsewhere when it was last used. `alone` is 1 while it logs in without a
    password; a restore takes that away, as its owner may have removed it since the backup, until it
    is given beside the password.
    """

    __tablename__ = "passkey"
    __table_args__ = (
        Index("idx_passkey_user", "user_id", "id"),
        TABLE_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    credential_hash: Mapped[bytes] = mapped_column(key_bytes(HASH_BYTES), unique=True)
    credential_id: Mapped[bytes] = mapped_column(key_bytes(CREDENTIAL_BYTES))
    public_key: Mapped[bytes] = mapped_column(key_bytes(KEY_BYTES))
    counter: Mapped[int] = mapped_column(BigInteger)
    handle: Mapped[bytes] = mapped_column(key_bytes(HANDLE_BYTES))
    transports: Mapped[str] = mapped_column(String(100))
    synced: Mapped[int] = mapped_column(Flag)
    alone: Mapped[int] = mapped_column(Flag, server_default="1")
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class PasskeyChallenge(Base):
    """What an authenticator is asked to sign, by its hash: once, for one purpose, and for one user
    where somebody is known already."""

    __tablename__ = "passkey_challenge"
    __table_args__ = (
        Index("idx_passkey_challenge_user", "user_id", "expires_at"),
        Index("idx_passkey_challenge_over", "expires_at"),
        GIVEN_KEY_OPTIONS | marked(OPENS_ACCOUNT, owner("user_id")),
    )

    hash: Mapped[bytes] = mapped_column(key_bytes(HASH_BYTES), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(8))
    handle: Mapped[bytes | None] = mapped_column(key_bytes(HANDLE_BYTES))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
