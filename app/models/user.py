"""Accounts."""

from datetime import datetime

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base, BigId, Flag, UtcDateTime, key_bytes
from app.models.marks import PLAIN, marked, owner


class User(Base):
    """A person. `yn` is 1 while the account may be used, 0 once it is disabled.

    The `_key` columns hold the one canonical spelling of a name, and are what is unique.
    `config_seen` is the `updated_at` of the row in `model_config` that the connections agree with.
    """

    __tablename__ = "user"
    __table_args__ = TABLE_OPTIONS | marked(PLAIN, owner("id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    username: Mapped[str] = mapped_column(String(50))
    username_key: Mapped[bytes] = mapped_column(key_bytes(255), unique=True)
    email: Mapped[str] = mapped_column(String(100))
    email_key: Mapped[bytes] = mapped_column(key_bytes(400), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    yn: Mapped[int] = mapped_column(Flag, server_default="1")
    conversation_count: Mapped[int] = mapped_column(Integer, server_default="0")
    default_model_id: Mapped[int | None] = mapped_column(BigId)
    title_model_id: Mapped[int | None] = mapped_column(BigId)
    custom_instructions: Mapped[str | None] = mapped_column(Text)
    config_seen: Mapped[datetime | None] = mapped_column(UtcDateTime())
