"""The index of what was said. It can be made again from the messages, and is in no backup.

`message.search_state` says of each message which run of it is in here; NULL: none.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, SmallInteger
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, TABLE_OPTIONS, Base, BigId, Flag, UtcDateTime
from app.models.marks import derived, marked, owner

Bytes = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


class SearchPending(Base):
    """The tokens of one message, each behind a NUL, until a segment has them. `state`: the run of
    the message that they are of; without tokens it is still to be read."""

    __tablename__ = "search_pending"
    __table_args__ = (
        Index("idx_search_pending_message", "message_id"),
        GIVEN_KEY_OPTIONS | marked(derived("message"), owner("user_id")),
    )

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    message_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("message.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    said_at: Mapped[datetime] = mapped_column(UtcDateTime())
    state: Mapped[int] = mapped_column(Integer)
    tokens: Mapped[bytes | None] = mapped_column(Bytes)


class SearchSegment(Base):
    """Many messages of one user, sealed into blocks: `size` of them, said between two times, with
    ids in between two. `tier`: how often smaller ones were merged for it. It counts once it
    `is_whole`. `checked_at`: when all its messages were there; NULL: some may have been purged."""

    __tablename__ = "search_segment"
    __table_args__ = (
        Index("idx_search_segment_user", "user_id"),
        Index("idx_search_segment_checked", "checked_at"),
        TABLE_OPTIONS | marked(derived("message"), owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    tier: Mapped[int] = mapped_column(SmallInteger)
    size: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_at: Mapped[datetime] = mapped_column(UtcDateTime())
    lowest_id: Mapped[int] = mapped_column(BigId)
    highest_id: Mapped[int] = mapped_column(BigId)
    is_whole: Mapped[int] = mapped_column(Flag, server_default="0")
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class SearchBlock(Base):
    """A part of a segment, compressed (services/search/block.py): tokens that begin with certain
    characters, or, with a `block` below 0, some of its messages."""

    __tablename__ = "search_block"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(derived("message"), owner("user_id"))

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    block: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    segment_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(Bytes)
