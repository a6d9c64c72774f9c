"""Invitations to make an account. Of each only the SHA-256 is kept."""

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base, BigId, UtcDateTime, key_bytes
from app.models.marks import OPENS_ACCOUNT, marked, no_owner


class Invite(Base):
    """An invitation for `uses` accounts, good until `expires_at` or until it is revoked.

    `prefix`: its first characters, by which administrators know it. `group_id`: where its accounts
    become members, no foreign key: it stays good when the group is gone. `created_by`: whose id,
    0 for the command line.
    """

    __tablename__ = "invite"
    __table_args__ = TABLE_OPTIONS | marked(
        OPENS_ACCOUNT, no_owner("The operator's: also of an administrator who is gone")
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    hash: Mapped[bytes] = mapped_column(key_bytes(32), unique=True)
    prefix: Mapped[str] = mapped_column(String(16))
    uses: Mapped[int] = mapped_column(Integer)
    uses_left: Mapped[int] = mapped_column(Integer)
    group_id: Mapped[int | None] = mapped_column(BigId)
    note: Mapped[str | None] = mapped_column(String(100))
    created_by: Mapped[int] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
