"""Conversations brought in from other products: the imports, their reports, and what came of them.

The uploaded file itself is in no table and in no backup: it may hold what its exporter should have
left out.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, TABLE_OPTIONS, Base, BigId, UtcDateTime, key_bytes
from app.models.marks import PLAIN, marked, owner


class Import(Base):
    """A file of conversations that a user brings in. `status`: see `ImportStatus`; `why`: what made
    it fail.

    `running_user_id` is the user's until it has ended, so that each has one at a time. `folder`
    names the place where its file lies under the name `file`, and whose processes can read it;
    `size`: how long that is, NULL while it is not known. `done` items of the file's `total` have
    been dealt with, each with one of the five results; `messages` were added. `undo_at`: when its
    owner wanted it undone; `undone_at`: when that was so.
    """

    __tablename__ = "import"
    __table_args__ = (
        UniqueConstraint("running_user_id", name="uq_import_running"),
        Index("idx_import_user", "user_id", "id"),
        Index("idx_import_ended", "ended_at"),
        TABLE_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    running_user_id: Mapped[int | None] = mapped_column(BigId)
    name: Mapped[str] = mapped_column(String(150))
    status: Mapped[str] = mapped_column(String(12))
    why: Mapped[str | None] = mapped_column(String(40))
    source: Mapped[str | None] = mapped_column(String(20))
    folder: Mapped[str] = mapped_column(String(16))
    file: Mapped[str] = mapped_column(String(32))
    size: Mapped[int | None] = mapped_column(BigInteger)
    done: Mapped[int] = mapped_column(Integer, server_default="0")
    total: Mapped[int | None] = mapped_column(Integer)
    created: Mapped[int] = mapped_column(Integer, server_default="0")
    updated: Mapped[int] = mapped_column(Integer, server_default="0")
    unchanged: Mapped[int] = mapped_column(Integer, server_default="0")
    skipped: Mapped[int] = mapped_column(Integer, server_default="0")
    failed: Mapped[int] = mapped_column(Integer, server_default="0")
    messages: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    undo_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class ImportItem(Base):
    """What became of one conversation of a file; `position`: its place there. One whose position is
    not below the import's `done` is being written still.

    `conversation_id`: the one here, also when that is gone. `notes`: what was dropped, mended and
    missing, JSON.
    """

    __tablename__ = "import_item"
    __table_args__ = (
        Index("idx_import_item_result", "import_id", "result", "position"),
        GIVEN_KEY_OPTIONS | marked(PLAIN, owner("import_id")),
    )

    import_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("import.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    source_id: Mapped[str | None] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    result: Mapped[str] = mapped_column(String(10))
    why: Mapped[str | None] = mapped_column(String(40))
    conversation_id: Mapped[int | None] = mapped_column(BigId)
    notes: Mapped[str | None] = mapped_column(Text)


class ImportedConversation(Base):
    """Which conversation of an export a conversation is, so that it is known when it comes again.

    `key`: SHA-256 of the product and of its id there. A message's key is its `client_id`, one that
    no client can give. `leaf_id`: the last message that an import has shown, NULL where its owner
    has touched the path since; `last_id`: the last one that an import has written.
    """

    __tablename__ = "imported_conversation"
    __table_args__ = (
        UniqueConstraint("conversation_id", name="uq_imported_conversation"),
        GIVEN_KEY_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    key: Mapped[bytes] = mapped_column(key_bytes(32), primary_key=True, autoincrement=False)
    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("conversation.id", ondelete="CASCADE")
    )
    leaf_id: Mapped[int | None] = mapped_column(BigId)
    last_id: Mapped[int] = mapped_column(BigId, server_default="0")
