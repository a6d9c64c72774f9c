"""Budgets of requests per minute, kept in this process's memory."""

import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from app.config import Settings
from app.errors import RateLimited
from app.utils.client_address import network_of


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
        """Count one login or registration from an address, of IPv6 a /64; or RateLimited."""
        await self._hit(self._login, action, network_of(address, 32, 64))

    @asynccontextmanager
    async def guessing(self, account: str, address: str) -> AsyncIterator[None]:
        """Count a try at an account's password, from one network; RateLimited when spent.

        A try that succeeds clears the count. Other networks are not touched: whoever guesses
        locks nobody out but themselves.
        """
        who = f"{account} {network_of(address, 24, 48)}"
        await self._hit(self._login, "password", who)
        yield
        await self._limiter.clear(self._login, "password", who)

    async def _hit(self, budget: RateLimitItemPerMinute, name: str, who: str) -> None:
        if not await self._limiter.hit(budget, name, who):
            window = await self._limiter.get_window_stats(budget, name, who)
            raise RateLimited(retry_after=max(1, math.ceil(window.reset_time - time.time())))
