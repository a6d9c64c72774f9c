"""Links by which people show that an e-mail address is theirs. Of each only the SHA-256 is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, Base, BigId, UtcDateTime, key_bytes
from app.models.marks import OPENS_ACCOUNT, marked, owner


class EmailVerification(Base):
    """A link to the address of an account, which shows that it is its owner's."""

    __tablename__ = "email_verification"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(OPENS_ACCOUNT, owner("user_id"))

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    hash: Mapped[bytes] = mapped_column(key_bytes(32), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())


class EmailChange(Base):
    """An address that is to take the place of another, once both have confirmed it by a link."""

    __tablename__ = "email_change"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(OPENS_ACCOUNT, owner("user_id"))

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    email: Mapped[str] = mapped_column(String(100))
    old_hash: Mapped[bytes] = mapped_column(key_bytes(32), unique=True)
    new_hash: Mapped[bytes] = mapped_column(key_bytes(32), unique=True)
    old_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    new_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
