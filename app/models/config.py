"""Each user's own model endpoint."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base, BigId, UtcDateTime
from app.models.marks import marked, owner, sealed


class ModelConfig(Base):
    """An OpenAI-compatible endpoint; its key opens only with this user and this URL.

    What `PUT /auth/config` saved, for the version before, which knows no connections. The same is
    in the connection with the slug `default`.
    """

    __tablename__ = "model_config"
    __table_args__ = TABLE_OPTIONS | marked(sealed("encrypted_api_key"), owner("user_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), unique=True
    )
    base_url: Mapped[str] = mapped_column(String(500))
    model_name: Mapped[str] = mapped_column(String(100))
    encrypted_api_key: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
