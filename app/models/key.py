"""Keys by which programs of a user's use their models. Of each only the SHA-256 is kept."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base, BigId, UtcDateTime, key_bytes
from app.models.marks import OPENS_ACCOUNT, marked, owner


class ProgramKey(Base):
    """A key, good until `expires_at` (NULL: for ever) or until its row is gone.

    `prefix`: its first characters, by which its owner knows it. `scopes` and `model_ids`: JSON
    lists; `model_ids` is NULL for all that its owner may use. `last_used_at` is exact to a minute.
    It may use `cap_amount` of `cap_unit` a `cap_period`; NULL where it has no cap of its own.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        Index("idx_api_key_user", "user_id"),
        TABLE_OPTIONS | marked(OPENS_ACCOUNT, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(16))
    hash: Mapped[bytes] = mapped_column(key_bytes(32), unique=True)
    scopes: Mapped[str] = mapped_column(String(100))
    model_ids: Mapped[str | None] = mapped_column(Text)
    cap_period: Mapped[str | None] = mapped_column(String(5))
    cap_unit: Mapped[str | None] = mapped_column(String(8))
    cap_amount: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
