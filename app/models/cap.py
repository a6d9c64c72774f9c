"""How much may be used, and what each process holds of what everybody shares."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, TABLE_OPTIONS, Base, BigId, UtcDateTime
from app.models.marks import PLAIN, derived, marked, no_owner, owner


class Cap(Base):
    """At most `amount` of a unit in a day or a month (UTC).

    `scope`: `everyone` together, or a `group`, `user` or `key` with the id that it wants; without
    one, each of them. `target`: a `connection`, a `model`, every `shared` one, or `all`. `period`:
    `day` or `month`. `unit`: `messages`, `tokens` or `nano_usd`. `source`: who set it, the
    `operator`, or the `user` for themselves. From `warn_percent` of it on there are warnings.
    """

    __tablename__ = "cap"
    __table_args__ = (
        Index("idx_cap_user", "user_id"),
        TABLE_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    scope: Mapped[str] = mapped_column(String(8))
    user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    group_id: Mapped[int | None] = mapped_column(BigId)
    key_id: Mapped[int | None] = mapped_column(BigId)
    target: Mapped[str] = mapped_column(String(10))
    connection_id: Mapped[int | None] = mapped_column(BigId)
    model_id: Mapped[int | None] = mapped_column(BigId)
    period: Mapped[str] = mapped_column(String(5))
    unit: Mapped[str] = mapped_column(String(8))
    amount: Mapped[int] = mapped_column(BigInteger)
    warn_percent: Mapped[int] = mapped_column(Integer, server_default="80")
    source: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())


class CapSlice(Base):
    """What one process (`owner`) holds, and has not used yet, of a cap that many users share, in
    the period that begins on a day (since 1970). It lapses where it is not renewed."""

    __tablename__ = "cap_slice"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(
        derived("usage_day"), no_owner("Of caps that many users share")
    )

    cap_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("cap.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    first_day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    renewed_at: Mapped[datetime] = mapped_column(UtcDateTime())
