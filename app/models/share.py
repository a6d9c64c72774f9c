"""Links by which conversations are shown to others, and what they show."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    GIVEN_KEY_OPTIONS,
    TABLE_OPTIONS,
    Base,
    BigId,
    Flag,
    LongText,
    UtcDateTime,
    key_bytes,
)
from app.models.marks import OPENS_ACCOUNT, marked, owner


class Share(Base):
    """A link to a conversation as it was at one moment (`updated_at`), good until it is over.

    Of its token only the SHA-256 is kept. `reasoning`: whether it shows what models thought;
    `without`: ids of files that it leaves out, JSON, NULL for none. `messages`: how many it holds;
    `last_message_id` and `last_run`: the last one on the path shown then, and how often that had
    been written to, by which it is known whether the conversation has gone on. `expires_at`: NULL
    for never. `ended_at`: when it was ended; what is over is never good again, and is swept.
    """

    __tablename__ = "share"
    __table_args__ = (
        UniqueConstraint("token_hash", name="uq_share_token"),
        Index("idx_share_user", "user_id", "id"),
        Index("idx_share_conversation", "conversation_id"),
        Index("idx_share_ended", "ended_at"),
        Index("idx_share_expires", "expires_at"),
        TABLE_OPTIONS | marked(OPENS_ACCOUNT, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("conversation.id", ondelete="CASCADE")
    )
    token_hash: Mapped[bytes] = mapped_column(key_bytes(32))
    title: Mapped[str] = mapped_column(String(200))
    reasoning: Mapped[int] = mapped_column(Flag, server_default="0")
    without: Mapped[str | None] = mapped_column(Text)
    messages: Mapped[int] = mapped_column(Integer)
    last_message_id: Mapped[int] = mapped_column(BigId)
    last_run: Mapped[int] = mapped_column(Integer)
    views: Mapped[int] = mapped_column(BigInteger, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class ShareMessage(Base):
    """A message as a link shows it, also where the message itself is gone: its id only says which
    one it was."""

    __tablename__ = "share_message"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(OPENS_ACCOUNT, owner("share_id"))

    share_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("share.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    message_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    sender: Mapped[str] = mapped_column(String(4))
    content: Mapped[str] = mapped_column(LongText)
    reasoning: Mapped[str | None] = mapped_column(LongText)
    model_name: Mapped[str | None] = mapped_column(String(100))


class ShareAttachment(Base):
    """A file that a message of a link holds. `number`: under which it is shown, NULL where it is
    left out; a file that is shown stays, also where no message holds it any more."""

    __tablename__ = "share_attachment"
    __table_args__ = (
        UniqueConstraint("share_id", "number", name="uq_share_attachment_number"),
        Index("idx_share_attachment_file", "file_id"),
        GIVEN_KEY_OPTIONS | marked(OPENS_ACCOUNT, owner("share_id")),
    )

    share_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("share.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    message_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[int | None] = mapped_column(Integer)
    file_id: Mapped[int] = mapped_column(BigId, ForeignKey("file.id", ondelete="CASCADE"))
