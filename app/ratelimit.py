"""Budgets of requests per minute, kept in memory, of all processes that hear each other."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from app.config import Settings
from app.errors import (
    InvalidKey,
    LogoutTokenRefused,
    ProviderUnavailable,
    RateLimited,
    ShareNotFound,
)
from app.metrics import rate_limited
from app.peers.counts import PeerCounts
from app.sliding_window import SlidingWindow
from app.utils.client_address import network_of
from app.utils.tokens import Claims, token_hash

ENDED_SESSIONS_KEPT = 10_000
KEYS_KEPT = 10_000

MINUTE, HOUR = 60, 3600
MAILS_PER_HOUR = 3
FILES_PER_MINUTE = 600
SHARE_MISSES_PER_MINUTE = 30
CODES_PER_HOUR = 60
"""Of an account, from anywhere: only who has its password can try, and ten minutes of guessing by a
thousand networks would find a code of six digits."""
SMALL_BUDGETS = ("login", "register", "forgot", "reset", "password")
DIVIDED = (*SMALL_BUDGETS, "codes", "mails")
"""What guesses and mails are counted by: while other processes are known and not heard, each allows
its own part of the limit."""


class RateLimits:
    """One budget for whatever a user does, one for the files they look at, one for searches, and
    small ones for logging in and registering."""

    def __init__(self, settings: Settings) -> None:
        small = settings.login_rate_limit_per_minute
        self._budgets = {name: SlidingWindow(small, MINUTE) for name in SMALL_BUDGETS}
        self._budgets["all"] = SlidingWindow(settings.rate_limit_per_minute, MINUTE)
        self._budgets["files"] = SlidingWindow(FILES_PER_MINUTE, MINUTE)
        self._budgets["search"] = SlidingWindow(settings.search_rate_limit_per_minute, MINUTE)
        self._budgets["shares"] = SlidingWindow(SHARE_MISSES_PER_MINUTE, MINUTE)
        self._budgets["codes"] = SlidingWindow(CODES_PER_HOUR, HOUR)
        self._budgets["mails"] = SlidingWindow(MAILS_PER_HOUR, HOUR)
        self._ended: dict[int, None] = {}
        self._keys: dict[bytes, None] = {}
        self._per_minute = settings.rate_limit_per_minute

    def share(self, peers: PeerCounts) -> None:
        """Count together with other processes, from now on."""
        for name, window in self._budgets.items():
            peers.share_window(name, window, is_divided=name in DIVIDED)

    def hit(self, who: str) -> None:
        """Count one request or socket message of a user or an address; RateLimited when spent."""
        self._hit("all", who)

    def hit_file(self, who: str) -> None:
        """Count one file that a user or an address reads; RateLimited when spent."""
        self._hit("files", who)

    def hit_search(self, who: str) -> None:
        """Count one search of a user or an address; RateLimited when spent."""
        self._hit("search", who)

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

    @contextmanager
    def finding_key(self, key: str, address: str) -> Iterator[None]:
        """Count a key that is not good against its address; RateLimited when that is spent, save
        for keys that were good here: who guesses locks no neighbour out."""
        stranger = self.stranger(address)
        hash = token_hash(key)
        if hash not in self._keys:
            self._refuse("all", self._budgets["all"].wait(stranger))
        try:
            yield
        except InvalidKey:
            self._keys.pop(hash, None)
            self._budgets["all"].hit(stranger)
            raise
        self._keys[hash] = None
        if len(self._keys) > KEYS_KEPT:
            del self._keys[next(iter(self._keys))]

    def hit_program(self, user_id: int) -> None:
        """Count a request of one of a user's programs; RateLimited when spent."""
        try:
            self.hit(f"user:{user_id}")
        except RateLimited as error:
            error.told = self.told_program(user_id)
            raise

    def told_program(self, user_id: int) -> dict[str, str]:
        """What a user's programs are told of their budget, in OpenAI's headers."""
        left, seconds = self._budgets["all"].left(f"user:{user_id}")
        return {
            "x-ratelimit-limit-requests": str(self._per_minute),
            "x-ratelimit-remaining-requests": str(left),
            "x-ratelimit-reset-requests": f"{seconds:.0f}s",
        }

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

    @contextmanager
    def guessing_code(self, user_id: int) -> Iterator[None]:
        """Count an attempt at a second factor from any network; RateLimited when spent. A success
        clears the count."""
        who = str(user_id)
        self._hit("codes", who)
        yield
        self._budgets["codes"].forget(who)

    @contextmanager
    def finding_share(self, address: str) -> Iterator[None]:
        """Count a look for a link from an address, of IPv6 a /64, where there is none; RateLimited
        when spent, also for one that there is. Many looks at once find no more than one by one."""
        who = network_of(address, 32, 64)
        self._refuse("shares", self._budgets["shares"].wait(who))
        try:
            yield
        except ShareNotFound:
            self._hit("shares", who)
            raise

    @contextmanager
    def finding_logout(self, address: str) -> Iterator[None]:
        """Count a logout token that is refused, or that nobody can be asked about now, against its
        address, of IPv6 a /64; RateLimited when that is spent. A provider ends as many logins as it
        likes."""
        who = network_of(address, 32, 64)
        self._refuse("login", self._budgets["login"].wait(who))
        try:
            yield
        except (LogoutTokenRefused, ProviderUnavailable):
            self._hit("login", who)
            raise

    def may_mail(self, account: str) -> bool:
        """Count a mail to an account; False above its hourly limit."""
        return self._budgets["mails"].hit(account) == 0

    def hit_mail(self, account: str) -> None:
        """Count a mail to an account; RateLimited above its hourly limit."""
        self._hit("mails", account)

    def _hit(self, name: str, who: str) -> None:
        self._refuse(name, self._budgets[name].hit(who))

    @staticmethod
    def _refuse(name: str, seconds: float) -> None:
        if seconds:
            rate_limited.add(name)
            raise RateLimited(retry_after=max(1, math.ceil(seconds)))
