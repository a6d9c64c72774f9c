"""What a user has used up, for themselves to see."""

from app.database import Database
from app.models import utc_now
from app.services.usage.daily import ReplyLimits, used_of_default


class UsageService:
    """Reads what the sending of messages has counted."""

    def __init__(self, database: Database, limits: ReplyLimits) -> None:
        self._database = database
        self._daily = limits.default_model_daily

    async def default_left(self, user_id: int) -> tuple[int | None, int | None]:
        """How many messages to the operator's model a user has left today, and how many a day
        there are; None twice where they are not counted."""
        if not self._daily:
            return None, None
        used = await self._database.read(used_of_default, user_id, utc_now())
        return max(0, self._daily - used), self._daily
