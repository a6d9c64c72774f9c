"""Files that people attach to messages."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    GIVEN_KEY_OPTIONS,
    TABLE_OPTIONS,
    Base,
    BigId,
    UtcDateTime,
    key_bytes,
)
from app.models.marks import PLAIN, marked, owner


class File(Base):
    """A file that somebody has uploaded. Its bytes are in the store, under `hash`, which is of its
    owner and of them: what one user has twice is there once.

    `size`: of what is shown, in bytes; `stored`: of all that is stored of it. `tokens`: about how
    many a model is sent for it. `client_id` makes the upload idempotent, `source_hash` is of what
    came. `unused_at`: since when it is known that no message holds it.
    """

    __tablename__ = "file"
    __table_args__ = (
        UniqueConstraint("user_id", "client_id", name="uq_file_client"),
        Index("idx_file_user_hash", "user_id", "hash"),
        TABLE_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    hash: Mapped[bytes] = mapped_column(key_bytes(32))
    name: Mapped[str] = mapped_column(String(150))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    stored: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    pages: Mapped[int | None] = mapped_column(Integer)
    characters: Mapped[int | None] = mapped_column(Integer)
    tokens: Mapped[int] = mapped_column(Integer)
    client_id: Mapped[bytes | None] = mapped_column(key_bytes(100))
    source_hash: Mapped[bytes] = mapped_column(key_bytes(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    unused_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class Attachment(Base):
    """A file that a message holds; several versions of a message may hold the same one."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("idx_attachment_file", "file_id"),
        GIVEN_KEY_OPTIONS | marked(PLAIN, owner("message_id")),
    )

    message_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("message.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    file_id: Mapped[int] = mapped_column(BigId, ForeignKey("file.id", ondelete="CASCADE"))
