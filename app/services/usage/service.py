"""What a user has used up, for themselves to see."""

from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, time, timedelta

from app.database import Database
from app.errors import InvalidInput
from app.models import utc_now
from app.schemas.usage import AttemptPage, AttemptRead, UsageBy, UsageSummary
from app.services.usage.attempts import AttemptPlace, Span, page
from app.services.usage.daily import ReplyLimits, used_of_default
from app.services.usage.days import load_zones, zone_of
from app.services.usage.fold import Fold
from app.services.usage.summary import Wanted, summary
from app.services.usage.zones import zone_id_of

DAYS_MAX = 3_700
PART_ROWS = 500


class UsageService:
    """Reads the ledger. What has just ended is added up first, so that nothing is missing."""

    def __init__(self, database: Database, limits: Callable[[], ReplyLimits], fold: Fold) -> None:
        self._database = database
        self._limits = limits
        self._fold = fold

    async def default_left(self, user_id: int) -> tuple[int | None, int | None]:
        """How many messages to the operator's model a user has left today, and how many a day
        there are; None twice where they are not counted."""
        daily = self._limits().default_model_daily
        if not daily:
            return None, None
        used = await self._database.read(used_of_default, user_id, utc_now())
        return max(0, daily - used), daily

    async def summary(
        self,
        user_id: int,
        days: tuple[date | None, date | None],
        tz: str,
        by: UsageBy,
        split: UsageBy | None,
    ) -> UsageSummary:
        """Sums over these days, without them over this month so far.

        Raises InvalidInput for a time zone that does not exist, or days that are none.
        """
        first, last = await days_asked(*days, tz)
        if split == by:
            raise InvalidInput(where="split")
        await self._fold.all(user_id)
        zone_id = await zone_id_of(self._database, user_id, tz)
        wanted = Wanted(first, last, by, split)
        rows = await self._database.read(summary, user_id, zone_id, wanted)
        return UsageSummary(
            first_day=first.isoformat(), last_day=last.isoformat(), tz=tz, by=by, rows=rows
        )

    async def attempts(
        self, user_id: int, limit: int, cursor: str | None, message_id: int | None
    ) -> AttemptPage:
        """Requests, the newest first, of one message or of all. A reply's last one is there once
        the reply has ended. Raises InvalidInput for a cursor that is none."""
        before = None if cursor is None else AttemptPlace.parse(cursor)
        if cursor is not None and before is None:
            raise InvalidInput(where="cursor")
        await self._fold.all(user_id)
        found = await self._database.read(page, user_id, limit + 1, before, message_id)
        shown = found[:limit]
        more = len(found) > limit
        return AttemptPage(attempts=shown, next=str(_place(shown[-1])) if more else None)

    async def span(self, user_id: int, days: tuple[date | None, date | None], tz: str) -> Span:
        """The time from the first of these days to the end of the last, in a time zone; raises
        InvalidInput."""
        first, last = await days_asked(*days, tz)
        await self._fold.all(user_id)
        zone = zone_of(tz)
        end = last + timedelta(days=1)
        return datetime.combine(first, time(), zone), datetime.combine(end, time(), zone)

    async def all_parts(self, user_id: int) -> AsyncIterator[list[AttemptRead]]:
        """All requests that left, the newest first, each part read when it is wanted."""
        await self._fold.all(user_id)
        async for part in self.parts(user_id, None):
            yield part

    async def parts(self, user_id: int, span: Span | None) -> AsyncIterator[list[AttemptRead]]:
        """The requests that left in a time, the newest first, each part read when it is wanted."""
        before: AttemptPlace | None = None
        while True:
            found = await self._database.read(page, user_id, PART_ROWS, before, span=span)
            yield found
            if len(found) < PART_ROWS:
                return
            before = _place(found[-1])


def _place(attempt: AttemptRead) -> AttemptPlace:
    return AttemptPlace(attempt.started_at, attempt.id)


async def days_asked(first: date | None, last: date | None, tz: str) -> tuple[date, date]:
    """The first and the last of days that were asked for; without them this month so far. Raises
    InvalidInput."""
    try:
        await load_zones([tz])
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput(where="tz") from error
    today = utc_now().astimezone(zone_of(tz)).date()
    last = last or today
    first = first or min(last, today).replace(day=1)
    if not timedelta(0) <= last - first <= timedelta(days=DAYS_MAX):
        raise InvalidInput(where="from")
    return first, last
