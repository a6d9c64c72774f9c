"""Messages: a tree kept in full, of which one path is shown."""

from datetime import datetime

from sqlalchemy import Enum, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base, BigId, Flag, LongText, UtcDateTime, key_bytes
from app.models.marks import PLAIN, marked, owner


class Message(Base):
    """What a user or a model said.

    `parent_id` is the message it answers; siblings are its versions. `active` is 1 on the path
    shown, which is read by `id`: a child's id is always above its parent's.
    `status`: see `MessageStatus`. `client_id` makes what began the message idempotent,
    `continued_by` what went on with it; `client_hash` and `continued_hash` are of the model and the
    parameters that these two asked for. `run` counts how often it was written to. `tokens` is about
    how many the content is, once no version of the app changes it any more: NULL where it may be
    continued, or was written by a version that kept no estimate. The names of the model and of its
    connection are those of then; `left_out`: parameters that were not sent, JSON.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_id", name="uq_message_client"),
        Index("idx_message_path", "conversation_id", "active", "id"),
        Index("idx_message_parent", "conversation_id", "parent_id"),
        Index("idx_conversation_timestamp", "conversation_id", "timestamp"),
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
