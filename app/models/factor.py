"""Second factors: what a login asks for beside the password. Of every code only the SHA-256 is
kept; a seed is encrypted."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, Base, BigId, UtcDateTime, key_bytes
from app.models.marks import OPENS_ACCOUNT, marked, owner, sealed

HASH_BYTES = 32


class Totp(Base):
    """The seed of a user's codes (RFC 6238), encrypted; in use once `confirmed_at` is set.

    `last_step`: the time step of the last code that was taken; only later ones are.
    """

    __tablename__ = "totp"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(sealed("seed"), owner("user_id"))

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    seed: Mapped[str] = mapped_column(Text)
    last_step: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class RecoveryCode(Base):
    """A code that stands once for the second factor; its row goes with its use."""

    __tablename__ = "recovery_code"
    __table_args__ = (
        Index("idx_recovery_code_user", "user_id"),
        GIVEN_KEY_OPTIONS | marked(OPENS_ACCOUNT, owner("user_id")),
    )

    hash: Mapped[bytes] = mapped_column(key_bytes(HASH_BYTES), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))


class SecondStep(Base):
    """A login whose password was right and that waits for the second factor, by its ticket."""

    __tablename__ = "second_step"
    __table_args__ = (
        Index("idx_second_step_user", "user_id", "expires_at"),
        GIVEN_KEY_OPTIONS | marked(OPENS_ACCOUNT, owner("user_id")),
    )

    hash: Mapped[bytes] = mapped_column(key_bytes(HASH_BYTES), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
