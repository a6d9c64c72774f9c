"""Presets: instructions, a model and its parameters under a name."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base, BigId, UtcDateTime
from app.models.marks import PLAIN, marked, owner


class Preset(Base):
    """A template: choosing it copies it into the conversation. `params`: JSON, as validated."""

    __tablename__ = "preset"
    __table_args__ = (
        Index("idx_preset_user", "user_id"),
        TABLE_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    model_id: Mapped[int | None] = mapped_column(BigId)
    system_prompt: Mapped[str | None] = mapped_column(Text)
    params: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
