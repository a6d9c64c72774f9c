"""Accounts."""

from datetime import datetime

from sqlalchemy import Computed, Index, Integer, String, Text, and_
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base, BigId, Flag, UtcDateTime, key_bytes
from app.models.marks import DERIVED, PLAIN, marked, owner
from app.utils.security import NO_PASSWORD, with_mark

ACTIVE, DISABLED, PENDING, DELETED = range(4)
"""What `status` is."""
STATUS = (
    "CASE WHEN yn = 1 THEN 0 WHEN deleted_at IS NOT NULL THEN 3"
    " WHEN pending_at IS NOT NULL THEN 2 ELSE 1 END"
)


class User(Base):
    """A person. `yn` is 1 while the account may be used, and 0 where it is disabled, waits for an
    administrator to approve it since `pending_at`, or was deleted by one at `deleted_at`: then it
    can be brought back for some days, with `deleted_yn` for its `yn`. While `yn` is 1 these times
    mean nothing. `status` says which it is.

    `role`: `user` or `admin`. `email_verified_at`: when a link sent to the address was opened.
    The `_key` columns hold the one canonical spelling of a name, and are what is unique.
    `has_factor` is 1 while a login asks for more than the password; `password_hash` then has a mark
    before it (`utils/security.py`); it is `NO_PASSWORD` where there is none.
    `config_seen` is the `updated_at` of the row in `model_config` that the connections agree with.
    """

    __tablename__ = "user"
    __table_args__ = (
        Index("idx_user_status", "status", "username_key"),
        Index("idx_user_role", "role", "id"),
        Index("idx_user_deleted", "deleted_at"),
        TABLE_OPTIONS | marked(PLAIN, owner("id")),
    )

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
    has_factor: Mapped[int] = mapped_column(Flag, server_default="0")
    config_seen: Mapped[datetime | None] = mapped_column(UtcDateTime())
    role: Mapped[str] = mapped_column(String(8), server_default="user")
    display_name: Mapped[str | None] = mapped_column(String(64))
    pending_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    deleted_yn: Mapped[int | None] = mapped_column(Flag)
    email_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    status: Mapped[int | None] = mapped_column(
        Flag, Computed(STATUS, persisted=False), info=DERIVED
    )


_hash = User.__table__.c.password_hash
HAS_PASSWORD = and_(_hash != NO_PASSWORD, _hash != with_mark(NO_PASSWORD))
"""Of a user's row: the account has a password."""
