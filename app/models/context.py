"""What models were sent."""

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, TABLE_OPTIONS, Base, BigId, LongText, key_bytes
from app.models.marks import PLAIN, marked, owner


class PromptText(Base):
    """Instructions that a model of a user's was sent, each text once. `hash`: its SHA-256."""

    __tablename__ = "prompt_text"
    __table_args__ = (
        UniqueConstraint("user_id", "hash", name="uq_prompt_text"),
        TABLE_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    hash: Mapped[bytes] = mapped_column(key_bytes(32))
    text: Mapped[str] = mapped_column(LongText)


class MessageContext(Base):
    """What went out for one run of a reply, written with its ending.

    `messages` of the conversation, from `first_message_id` to `last_message_id`, save those that
    `left_out` counts (JSON, see services/messages/contexts.py). `prompt_id`: the instructions.
    `params`: as they were sent, JSON. Tokens are of this run alone: as estimated, and as counted.
    """

    __tablename__ = "message_context"
    __table_args__ = (
        # Written with every reply: on SQLite into one tree, and into a second for instructions.
        Index(
            "idx_message_context_prompt", "prompt_id", sqlite_where=text("prompt_id IS NOT NULL")
        ),
        GIVEN_KEY_OPTIONS | {"sqlite_with_rowid": False} | marked(PLAIN, owner("message_id")),
    )

    message_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("message.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    run: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    model_name: Mapped[str] = mapped_column(String(100))
    connection_label: Mapped[str | None] = mapped_column(String(100))
    first_message_id: Mapped[int | None] = mapped_column(BigId)
    last_message_id: Mapped[int] = mapped_column(BigId)
    messages: Mapped[int] = mapped_column(Integer)
    left_out: Mapped[str | None] = mapped_column(Text)
    prompt_id: Mapped[int | None] = mapped_column(BigId)
    params: Mapped[str | None] = mapped_column(Text)
    estimated_tokens: Mapped[int] = mapped_column(Integer)
    prompt_tokens: Mapped[int | None] = mapped_column(Integer)
    completion_tokens: Mapped[int | None] = mapped_column(Integer)
    total_tokens: Mapped[int | None] = mapped_column(Integer)
