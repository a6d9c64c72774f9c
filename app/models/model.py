"""Models of connections, and what users think of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    GIVEN_KEY_OPTIONS,
    TABLE_OPTIONS,
    Base,
    BigId,
    Flag,
    UtcDateTime,
    key_bytes,
)
from app.models.marks import PLAIN, marked, owner


class Model(Base):
    """A model of a connection, known by the name that its server is asked with.

    `listed_at`: when its server's list last had it, NULL for one that was named by hand; `gone_at`:
    since when the list has it no longer. It can be asked for all the same. `price`: JSON, what
    whoever has the connection says that it costs.
    """

    __tablename__ = "model"
    __table_args__ = (
        UniqueConstraint("connection_id", "name_key", name="uq_model_name"),
        TABLE_OPTIONS | marked(PLAIN, owner("connection_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    connection_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("connection.id", ondelete="CASCADE")
    )
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[bytes] = mapped_column(key_bytes(400))
    label: Mapped[str | None] = mapped_column(String(100))
    context_tokens: Mapped[int | None] = mapped_column(Integer)
    vision: Mapped[int | None] = mapped_column(Flag)
    listed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    price: Mapped[str | None] = mapped_column(Text)


class ModelUse(Base):
    """What one user has to do with one model, their own or a shared one.

    `quirks`: what the model's server refused to this user, as JSON. Each user learns alone: nobody
    can spoil a shared model for others.
    """

    __tablename__ = "model_use"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(PLAIN, owner("user_id"))

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    model_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("model.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    favourite: Mapped[int] = mapped_column(Flag, server_default="0")
    quirks: Mapped[str | None] = mapped_column(Text)
