"""Messages: a tree kept in full, of which one path is shown."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Enum,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
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
from app.models.marks import DERIVED, PLAIN, marked, owner


class Message(Base):
    """What a user or a model said.

    `parent_id` is the message it answers; siblings are its versions. `active` is 1 on the path
    shown, which is read by `id`: a child's id is always above its parent's.
    `status`: see `MessageStatus`. `client_id` makes what began the message idempotent,
    `continued_by` what went on with it; `client_hash` and `continued_hash` are of the model and the
    parameters that these two asked for. What a user said is never continued: with them
    `continued_hash` is the id of the message that theirs is an edit of, NULL for none. `run` counts
    how often it was written to. `tokens` is about how many the content is, once no version of the
    app changes it any more: NULL where it may be continued, or was written by a version that kept
    no estimate. The names of the model and of its connection are those of then; `left_out`:
    parameters that were not sent, JSON. `total_tokens` is NULL where the other two are an estimate.
    `cost_nano`: what all requests for it cost, in nano-USD, NULL where that is not known.
    `attachments`: how many files it holds, NULL for none. `search_state`: the run of it that the
    index of the search has read, NULL for none.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_id", name="uq_message_client"),
        Index("idx_message_path", "conversation_id", "active", "id"),
        Index("idx_message_parent", "conversation_id", "parent_id"),
        Index("idx_conversation_timestamp", "conversation_id", "timestamp"),
        Index("idx_message_unread", "search_state", sqlite_where=text("search_state IS NULL")),
        TABLE_OPTIONS | marked(PLAIN, owner("conversation_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("conversation.id", ondelete="CASCADE")
    )
    sender: Mapped[str] = mapped_column(Enum("user", "ai", name="sender"))
    content: Mapped[str] = mapped_column(LongText)
    timestamp: Mapped[datetime] = mapped_column(UtcDateTime())
    parent_id: Mapped[int | None] = mapped_column(BigId)
    active: Mapped[int] = mapped_column(Flag, server_default="1")
    status: Mapped[str] = mapped_column(String(12), server_default="complete")
    finish_reason: Mapped[str | None] = mapped_column(String(40))
    model_name: Mapped[str | None] = mapped_column(String(100))
    model_id: Mapped[int | None] = mapped_column(BigId)
    connection_label: Mapped[str | None] = mapped_column(String(100))
    left_out: Mapped[str | None] = mapped_column(Text)
    reasoning: Mapped[str | None] = mapped_column(LongText)
    prompt_tokens: Mapped[int | None] = mapped_column(Integer)
    completion_tokens: Mapped[int | None] = mapped_column(Integer)
    total_tokens: Mapped[int | None] = mapped_column(Integer)
    error_code: Mapped[str | None] = mapped_column(String(40))
    client_id: Mapped[bytes | None] = mapped_column(key_bytes(100))
    continued_by: Mapped[bytes | None] = mapped_column(key_bytes(100))
    client_hash: Mapped[bytes | None] = mapped_column(key_bytes(32))
    continued_hash: Mapped[bytes | None] = mapped_column(key_bytes(32))
    run: Mapped[int] = mapped_column(Integer, server_default="1")
    tokens: Mapped[int | None] = mapped_column(Integer)
    cost_nano: Mapped[int | None] = mapped_column(BigInteger)
    attachments: Mapped[int | None] = mapped_column(SmallInteger)
    search_state: Mapped[int | None] = mapped_column(Integer, info=DERIVED)


class MessageDeletion(Base):
    """A message that was deleted, with all that answers it: its rows stay until they are purged.

    `messages`: how many that were. `leaf_id`: the last message shown at that time, where it was
    among them; NULL where none of them was shown.
    """

    __tablename__ = "message_deletion"
    __table_args__ = (
        Index("idx_message_deletion_conversation", "conversation_id"),
        Index("idx_message_deletion_deleted", "deleted_at"),
        GIVEN_KEY_OPTIONS | marked(PLAIN, owner("conversation_id")),
    )

    message_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("message.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("conversation.id", ondelete="CASCADE")
    )
    deleted_at: Mapped[datetime] = mapped_column(UtcDateTime())
    messages: Mapped[int] = mapped_column(Integer)
    leaf_id: Mapped[int | None] = mapped_column(BigId)
