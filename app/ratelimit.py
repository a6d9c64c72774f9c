"""Budgets of requests per minute, kept in this process's memory."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from app.config import Settings
from app.errors import RateLimited
from app.metrics import rate_limited
from app.sliding_window import SlidingWindow
from app.utils.client_address import network_of
from app.utils.tokens import Claims

ENDED_SESSIONS_KEPT = 10_000

MINUTE, HOUR = 60, 3600
MAILS_PER_HOUR = 3
SMALL_BUDGETS = ("login", "register", "forgot", "reset", "password")


class RateLimits:
    """One budget for whatever a user does, and small ones for logging in and registering."""

    def __init__(self, settings: Settings) -> None:
        small = settings.login_rate_limit_per_minute
        self._budgets = {name: SlidingWindow(small, MINUTE) for name in SMALL_BUDGETS}
        self._budgets["all"] = SlidingWindow(settings.rate_limit_per_minute, MINUTE)
        self._mails = SlidingWindow(MAILS_PER_HOUR, HOUR)
        self._ended: dict[int, None] = {}

    def hit(self, who: str) -> None:
        """Count one request or socket message of a user or an address; RateLimited when spent."""
        self._hit("all", who)

    def payer(self, claims: Claims, address: str) -> str:
        """The budget that a request with this token counts against.

        A token of an ended session may be stolen, so it must not use up its owner's budget.
        """
        if claims.session_id in self._ended:
            return self.stranger(address)
        return f"user:{claims.user_id}"

    @staticmethod
    def stranger(address: str) -> str:
        """The budget of a request without a valid token: that of its address, of IPv6 a /64."""
        return f"address:{network_of(address, 32, 64)}"

    def remember_ended(self, session_id: int) -> None:
        """Remember that a session has ended; the oldest entries are dropped."""
        self._ended[session_id] = None
        if len(self._ended) > ENDED_SESSIONS_KEPT:
            del self._ended[next(iter(self._ended))]

    def hit_login(self, action: str, address: str) -> None:
        """Count one login or registration from an address, of IPv6 a /64; or RateLimited."""
        self._hit(action, network_of(address, 32, 64))

    @contextmanager
    def guessing(self, account: str, address: str) -> Iterator[None]:
        """Count an attempt at an account's password from one network; RateLimited when spent.

        A success clears the count. Other networks are not affected, so guessing locks nobody else
        out.
        """
        who = f"{account} {network_of(address, 24, 48)}"
        self._hit("password", who)
        yield
        self._budgets["password"].forget(who)

    def may_mail(self, account: str) -> bool:
        """Count a mail to an account; False above its hourly limit."""
        return self._mails.hit(account) == 0

    def _hit(self, name: str, who: str) -> None:
        if seconds := self._budgets[name].hit(who):
            rate_limited.add(name)
            raise RateLimited(retry_after=max(1, math.ceil(seconds)))
