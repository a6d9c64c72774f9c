"""What was done to accounts, and by whom: rows sealed into a chain, and the chain's head."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, TABLE_OPTIONS, Base, BigId, UtcDateTime, key_bytes
from app.models.marks import PLAIN, marked, no_owner

SEAL_BYTES = 32


class AuditEvent(Base):
    """One thing that was done or refused. Rows are added, sealed once, and never changed again.

    `user_id` is whose account it is about, without a foreign key: the row outlives the account.
    `seq` and `seal` are the place in the chain, NULL until the row is sealed; ids may be committed
    out of order, places never.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("idx_audit_user", "user_id", "id"),
        TABLE_OPTIONS
        | marked(
            PLAIN, no_owner("About an account, and there for its time also when that is gone")
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    user_id: Mapped[int | None] = mapped_column(BigId)
    action: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(10))
    address: Mapped[str | None] = mapped_column(String(64))
    request_id: Mapped[str | None] = mapped_column(String(32))
    detail: Mapped[str | None] = mapped_column(Text)
    seq: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    seal: Mapped[bytes | None] = mapped_column(key_bytes(SEAL_BYTES))


class AuditHead(Base):
    """One row: how far the chain goes, its last seal, and what was pruned from its beginning.

    `mac` covers the other columns under a key that the database does not hold; `key_id` tells
    which. Both are NULL until the first row is sealed.
    """

    __tablename__ = "audit_head"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(PLAIN, no_owner("The head of everybody's log"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    seal: Mapped[bytes] = mapped_column(key_bytes(SEAL_BYTES))
    pruned_seq: Mapped[int] = mapped_column(BigInteger)
    pruned_seal: Mapped[bytes] = mapped_column(key_bytes(SEAL_BYTES))
    key_id: Mapped[bytes | None] = mapped_column(key_bytes(8))
    mac: Mapped[bytes | None] = mapped_column(key_bytes(SEAL_BYTES))
