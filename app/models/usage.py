"""What users have used up: requests to models, their sums by day, and what they are called.

Tokens are those that a model's server counted, or estimates that are marked so. Money is whole
nano-USD (10⁻⁹ of a dollar); what is not known is NULL, never 0.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
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
from app.models.marks import PLAIN, marked, no_owner, owner


class UsageTarget(Base):
    """A model as it was called when it was asked, once for all the requests to it.

    `user_id` is NULL for a model of the operator's (`is_shared`). `hash` is of the other columns.
    """

    __tablename__ = "usage_target"
    __table_args__ = (
        Index("idx_usage_target_user", "user_id"),
        TABLE_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    hash: Mapped[bytes] = mapped_column(key_bytes(32), unique=True)
    connection_id: Mapped[int | None] = mapped_column(BigId)
    connection_label: Mapped[str | None] = mapped_column(String(100))
    model_id: Mapped[int | None] = mapped_column(BigId)
    model_name: Mapped[str] = mapped_column(String(100))
    is_shared: Mapped[int] = mapped_column(Flag)


class RequestUse:
    """Columns of what one request used. A running one has its estimate in `prompt_tokens`, and what
    it holds back of caps in `reserved_…`. `price`: JSON, as it was when it was paid."""

    error_code: Mapped[str | None] = mapped_column(String(40))
    first_token_ms: Mapped[int | None] = mapped_column(Integer)
    duration_ms: Mapped[int | None] = mapped_column(Integer)
    prompt_tokens: Mapped[int | None] = mapped_column(Integer)
    cached_tokens: Mapped[int | None] = mapped_column(Integer)
    cache_write_tokens: Mapped[int | None] = mapped_column(Integer)
    completion_tokens: Mapped[int | None] = mapped_column(Integer)
    reasoning_tokens: Mapped[int | None] = mapped_column(Integer)
    counted_by: Mapped[str | None] = mapped_column(String(8))
    price: Mapped[str | None] = mapped_column(Text)
    price_source: Mapped[str | None] = mapped_column(String(8))
    cost_nano: Mapped[int | None] = mapped_column(BigInteger)
    reserved_tokens: Mapped[int | None] = mapped_column(BigInteger)
    reserved_nano: Mapped[int | None] = mapped_column(BigInteger)


class UsageAttempt(RequestUse, Base):
    """One request that left for a model's server, without its contents.

    It outlives its conversation, its message and its model, whose ids here are no foreign keys.
    `purpose`: reply, title, trial. `status`: `running`, or how it ended (see `AttemptStatus`).
    `slot`: its beginning in quarters of an hour since 1970, by which days of any time zone can be
    added up. By `due_at` a running one is over, whatever became of its process. `due_at` is NULL,
    and `fold` the number of the fold (see `UsageZone`), once it is in the sums.
    """

    __tablename__ = "usage_attempt"
    __table_args__ = (
        Index("idx_usage_attempt_user", "user_id", "started_at", "id"),
        Index("idx_usage_attempt_fold", "user_id", "fold"),
        Index("idx_usage_attempt_message", "message_id"),
        Index("idx_usage_attempt_due", "due_at", sqlite_where=text("due_at IS NOT NULL")),
        TABLE_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    target_id: Mapped[int] = mapped_column(BigId)
    key_id: Mapped[int | None] = mapped_column(BigId)
    conversation_id: Mapped[int | None] = mapped_column(BigId)
    message_id: Mapped[int | None] = mapped_column(BigId)
    purpose: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(12))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    slot: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    fold: Mapped[int | None] = mapped_column(Integer)


class UsageSums:
    """Columns of sums over requests. `messages`: how many replies were begun, in days of UTC alone;
    `estimated`: requests with estimated tokens; `unpriced`: those with tokens of which nobody knows
    the price."""

    attempts: Mapped[int] = mapped_column(BigInteger)
    messages: Mapped[int] = mapped_column(BigInteger)
    estimated: Mapped[int] = mapped_column(BigInteger)
    unpriced: Mapped[int] = mapped_column(BigInteger)
    prompt_tokens: Mapped[int] = mapped_column(BigInteger)
    cached_tokens: Mapped[int] = mapped_column(BigInteger)
    cache_write_tokens: Mapped[int] = mapped_column(BigInteger)
    completion_tokens: Mapped[int] = mapped_column(BigInteger)
    reasoning_tokens: Mapped[int] = mapped_column(BigInteger)
    cost_nano: Mapped[int | None] = mapped_column(BigInteger)


class UsageDay(UsageSums, Base):
    """What a user used of one model on one day (since 1970) of a time zone; in UTC where `zone_id`
    is 0. `key_id` is 0 for what no API key asked for."""

    __tablename__ = "usage_day"
    __table_args__ = (
        Index("idx_usage_day_target", "target_id", "zone_id", "day"),
        Index("idx_usage_day_day", "zone_id", "day"),
        GIVEN_KEY_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    zone_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    target_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    key_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)


class UsageGone(UsageSums, Base):
    """What accounts that were deleted used of a shared model on one day (UTC): sums without a
    person, for the operator's totals. What they used of their own models is not kept."""

    __tablename__ = "usage_gone"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(
        PLAIN, no_owner("Sums of accounts that are gone, which name nobody")
    )

    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    target_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)


class UsageZone(Base):
    """A time zone whose days are added up for a user. `name` is an IANA name.

    Everybody's first is `UTC`. Its row is locked while sums of this user are written, and `folds`
    in it counts how often that was.
    """

    __tablename__ = "usage_zone"
    __table_args__ = (
        UniqueConstraint("user_id", "name", name="uq_usage_zone"),
        TABLE_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime())
    folds: Mapped[int] = mapped_column(Integer, server_default="0")


class DefaultModelUse(Base):
    """How many messages a user sent to the operator's model on one day (UTC, days since 1970)."""

    __tablename__ = "default_model_use"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(PLAIN, owner("user_id"))

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    messages: Mapped[int] = mapped_column(Integer)
