"""Running replies, and the pieces of text they have saved so far."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    GIVEN_KEY_OPTIONS,
    TABLE_OPTIONS,
    Base,
    BigId,
    Flag,
    LongText,
    UtcDateTime,
)
from app.models.marks import PLAIN, marked, owner
from app.models.usage import RequestUse


class Generation(RequestUse, Base):
    """One run that writes one AI message.

    `running_conversation_id` is unique and NULL once the run has ended: one reply at a time.
    `owner` is the process that writes; `beat` counts its signs of life. The id is never used
    again, and so is the fencing token. Ended rows stay a minute for those who follow them.

    From `connection_id` on, and in the columns of `RequestUse`, it is what the run's current
    request to its model uses, which becomes a `UsageAttempt` (`counted`) once it has ended; those
    that were made before it for the same run are there already, `settled` so many. `asked_at` is
    NULL until it is known that the request has left; `price`, until that is settled, what somebody
    said when it began. A row without `model_name` is of the version before, and becomes none.
    """

    __tablename__ = "generation"
    __table_args__ = (
        Index("idx_generation_user", "user_id", "running_conversation_id"),
        Index("idx_generation_conversation", "conversation_id"),
        Index("idx_generation_finished", "finished_at"),
        TABLE_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("message.id", ondelete="CASCADE"))
    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("conversation.id", ondelete="CASCADE")
    )
    running_conversation_id: Mapped[int | None] = mapped_column(BigId, unique=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    owner: Mapped[str] = mapped_column(String(64))
    beat: Mapped[int] = mapped_column(BigInteger, server_default="0")
    stop_requested: Mapped[int] = mapped_column(Flag, server_default="0")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    connection_id: Mapped[int | None] = mapped_column(BigId)
    connection_label: Mapped[str | None] = mapped_column(String(100))
    model_id: Mapped[int | None] = mapped_column(BigId)
    model_name: Mapped[str | None] = mapped_column(String(100))
    is_shared: Mapped[int | None] = mapped_column(Flag)
    settled: Mapped[int] = mapped_column(Integer, server_default="0")
    counted: Mapped[int] = mapped_column(Flag, server_default="0")
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    status: Mapped[str | None] = mapped_column(String(12))


class GenerationPiece(Base):
    """Text from `position` (code points in the message) on; only ever appended.

    `kind`: 0 content, 1 reasoning.
    """

    __tablename__ = "generation_piece"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(PLAIN, owner("generation_id"))

    generation_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("generation.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(LongText)
