"""What has been learned of users' models."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, Base, BigId, UtcDateTime, key_bytes
from app.models.marks import PLAIN, marked, owner


class ModelWindow(Base):
    """How long a prompt a model took that had refused a longer one, in tokens as we estimate them.

    `model_key` is the hash of the endpoint's URL and the model's name. Each user learns alone:
    what one user's endpoint answers is never used for another. It is tried anew when it expires.
    """

    __tablename__ = "model_window"
    __table_args__ = (
        Index("idx_model_window_expires", "expires_at"),
        GIVEN_KEY_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    model_key: Mapped[bytes] = mapped_column(key_bytes(32), primary_key=True)
    tokens: Mapped[int] = mapped_column(Integer)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
