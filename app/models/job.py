"""Work that outlasts the process that does it."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, Base, BigId, UtcDateTime
from app.models.marks import derived, marked, owner


class Job(Base):
    """Work to be done in steps, by one process at a time; it is deleted when it is done.

    `name` is its kind, with whose it is: there is one of each. `owner` is the process that
    has it, NULL: nobody; `beat` counts its signs of life. Another `wish` while it is done has it
    done once more. `progress`: what its last step said, JSON. `failures`: how many steps in a row
    failed; it rests until `due_at`.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("idx_job_user", "user_id"),
        GIVEN_KEY_OPTIONS | marked(derived("message"), owner("user_id")),
    )

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    owner: Mapped[str | None] = mapped_column(String(64))
    beat: Mapped[int] = mapped_column(BigInteger, server_default="0")
    wish: Mapped[int] = mapped_column(Integer, server_default="0")
    progress: Mapped[str | None] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    due_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
