"""Budgets of requests per minute, kept in this process's memory."""

import math
import time

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from app.config import Settings
from app.errors import RateLimited


class RateLimits:
    """One budget for whatever a user does, and small ones for logging in and registering."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._general = RateLimitItemPerMinute(settings.rate_limit_per_minute)
        self._login = RateLimitItemPerMinute(settings.login_rate_limit_per_minute)

    async def hit(self, who: str) -> None:
        """Count one request or socket message of a user or an address; RateLimited when spent."""
        await self._hit(self._general, "all", who)

    async def hit_login(self, action: str, address: str) -> None:
        """Count one login or registration from an address; RateLimited when spent."""
        await self._hit(self._login, action, address)

    async def _hit(self, budget: RateLimitItemPerMinute, name: str, who: str) -> None:
        if not await self._limiter.hit(budget, name, who):
            window = await self._limiter.get_window_stats(budget, name, who)
            raise RateLimited(retry_after=max(1, math.ceil(window.reset_time - time.time())))
