"""Where models are: servers that somebody, or the operator, has an account with."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base, BigId, Flag, UtcDateTime, key_bytes
from app.models.marks import marked, owner, sealed


class ModelConnection(Base):
    """An OpenAI-compatible server and a key for it; without a `user_id` it is the operator's.

    The key opens only with this user (0: the operator) and this URL. `slug_key` keeps slugs apart
    of each user, the operator included, for whom a key over `user_id` would not: NULLs are not
    equal. `source`: `user`, `operator` or `environment`, which has no key here.
    `restricted`: 0 where it is for everybody, 1 where it is shared with groups that have a grant
    (`ConnectionGrant`) alone, 2 where it is for such groups and not shared. It is not `enabled`
    then, for the release before, which knows no groups.
    A deleted one keeps its row while a model of it is named somewhere, without URL and key.
    """

    __tablename__ = "connection"
    __table_args__ = (
        Index("idx_connection_user", "user_id"),
        TABLE_OPTIONS | marked(sealed("encrypted_api_key"), owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(40))
    slug_key: Mapped[bytes] = mapped_column(key_bytes(64), unique=True)
    label: Mapped[str] = mapped_column(String(100))
    base_url: Mapped[str] = mapped_column(String(500))
    encrypted_api_key: Mapped[str | None] = mapped_column(Text)
    key_tail: Mapped[str | None] = mapped_column(String(4))
    source: Mapped[str] = mapped_column(String(12))
    enabled: Mapped[int] = mapped_column(Flag, server_default="1")
    restricted: Mapped[int] = mapped_column(Flag, server_default="0")
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
