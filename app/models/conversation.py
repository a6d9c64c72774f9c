"""Conversations."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base, BigId, UtcDateTime
from app.models.marks import PLAIN, marked, owner


class Conversation(Base):
    """A conversation. `title_source`: `default`, `words` (the first ones), `model` or `user`.

    `message_count` counts the messages on the path shown. A deleted one keeps its rows and
    `deleted_at`, so that a mistake can be undone. `model_id` is the model that was chosen for it,
    also when that is gone; `preset_id` the preset that it was filled from, a name tag; `params`
    JSON, as validated.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        Index("idx_user_recent", "user_id", "deleted_at", "updated_at", "id"),
        Index("idx_deleted", "deleted_at"),
        TABLE_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    title_source: Mapped[str] = mapped_column(String(10))
    system_prompt: Mapped[str | None] = mapped_column(Text)
    model_id: Mapped[int | None] = mapped_column(BigId)
    preset_id: Mapped[int | None] = mapped_column(BigId)
    params: Mapped[str | None] = mapped_column(Text)
    message_count: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


Index("idx_user_created", Conversation.user_id, Conversation.created_at.desc())
