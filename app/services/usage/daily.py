"""How many messages a user sends a day to the operator's model."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from app.database import table_of
from app.errors import DailyLimitReached
from app.models import DefaultModelUse
from app.schemas.cap import WARN_PERCENT
from app.services.usage.current_cap import CurrentCap
from app.services.usage.periods import SECONDS_PER_DAY, first_day, resets_at
from app.services.usage.spent import Coverage

_use = table_of(DefaultModelUse)


@dataclass(frozen=True, slots=True)
class ReplyLimits:
    """How many replies of a user run at once, and messages a day to the default model (0: any);
    how many tokens a model is sent, about, and how many pictures."""

    replies_per_user: int
    default_model_daily: int
    context_tokens: int
    context_images: int = 8


def daily_limit(messages: int, now: datetime) -> CurrentCap | None:
    """DEFAULT_MODEL_DAILY_MESSAGES as a cap of each user; None where messages are not counted."""
    if messages == 0:
        return None
    return CurrentCap(
        id=None,
        scope="user",
        source="operator",
        coverage=Coverage("shared"),
        period="day",
        unit="messages",
        amount=messages,
        warn_percent=WARN_PERCENT,
        first_day=first_day("day", now),
        resets_at=resets_at("day", now),
    )


def count_default(
    connection: Connection, user_id: int, limits: ReplyLimits, now: datetime
) -> tuple[CurrentCap, int] | None:
    """Count a message to the operator's model; DailyLimitReached when the limit is reached.

    The limit and what had been used of it before; None where messages are not counted.
    """
    limit = daily_limit(limits.default_model_daily, now)
    if limit is None:
        return None
    day, used_today = divmod(int(now.timestamp()), SECONDS_PER_DAY)
    key = (_use.c.user_id == user_id, _use.c.day == day)
    used = connection.execute(select(_use.c.messages).where(*key)).scalar()
    if used is None:
        connection.execute(insert(_use).values(user_id=user_id, day=day, messages=1))
    elif used < limits.default_model_daily:
        connection.execute(update(_use).where(*key).values(messages=used + 1))
    else:
        raise DailyLimitReached(retry_after=SECONDS_PER_DAY - used_today)
    return limit, used or 0


def used_of_default(connection: Connection, user_id: int, now: datetime) -> int:
    """How many messages a user has sent to the operator's model today (UTC)."""
    day = int(now.timestamp()) // SECONDS_PER_DAY
    mine = select(_use.c.messages).where(_use.c.user_id == user_id, _use.c.day == day)
    return connection.execute(mine).scalar() or 0
