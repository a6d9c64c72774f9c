"""Folders of conversations."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base, BigId, UtcDateTime, key_bytes
from app.models.marks import PLAIN, marked, owner


class Folder(Base):
    """A folder, found by the hash of the one spelling of its name.

    Folders are shown by `position`, where there is room between two. `conversation_count` counts
    those in it that are neither archived nor deleted.
    """

    __tablename__ = "folder"
    __table_args__ = (
        UniqueConstraint("user_id", "name_hash", name="uq_folder_name"),
        TABLE_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    name_hash: Mapped[bytes] = mapped_column(key_bytes(32))
    position: Mapped[int] = mapped_column(BigInteger)
    conversation_count: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
