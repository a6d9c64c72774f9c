"""What this process holds of caps that many users share.

A send must not wait for another user's, so no row of such a cap is locked while a message begins.
Each process takes a slice of what is left, in a transaction of its own, and its requests hold back
of that in memory. A slice lapses where its process does not renew it: what a process that was
killed had not used is free again then, and what it had used stands in the sums.

What requests use beyond what they held back is seen at the next slice. So all processes together
go beyond such a cap by no more than that, and by a slice for each that was suspended for longer
than a lease and goes on.
"""

import asyncio
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.errors import AppError, CapReached
from app.logs import log
from app.schemas.cap import CapUnit
from app.services.usage import slice_rows
from app.services.usage.current_cap import CurrentCap
from app.services.usage.prices import TokenPrice
from app.services.usage.pricing import Priced, Pricing
from app.services.usage.slice_rows import SliceKey, key_of

REFUSED_SECONDS = TELL_SECONDS = 1.0
RENEWALS_PER_LEASE = 4


class SliceWanted(Exception):
    """This process holds less of a cap than a request needs."""

    def __init__(self, cap: CurrentCap, need: int) -> None:
        super().__init__()
        self.limit = cap
        self.need = need


class PriceWanted(Exception):
    """A cap of money needs a price that is not loaded yet."""

    def __init__(self, model: Priced) -> None:
        super().__init__()
        self.model = model


@dataclass(slots=True)
class _Slice:
    """`left` is free, below 0 where more was used than held back; `held` by running requests.
    `seen`: how much of the cap was not free when the slice was taken. `refused`: there was less to
    take than `refused_amount`, which is believed for a moment of whatever needs as much: the sums
    are not added up for every request then."""

    left: int = 0
    held: int = 0
    seen: int = 0
    is_used: bool = True
    refused: CapReached | None = None
    refused_amount: int = 0
    refused_until: float = 0.0


class Slices:
    """The slices of one process."""

    def __init__(self, database: Database, lease_seconds: float) -> None:
        self._database = database
        self._owner = secrets.token_hex(16)
        self._lease = timedelta(seconds=lease_seconds)
        self._lock = threading.Lock()  # requests begin in threads of the database
        self._slices: dict[SliceKey, _Slice] = {}
        self._writing = asyncio.Lock()
        self._is_told = True

    def hold(self, cap: CurrentCap, need: int) -> int:
        """Hold back so much; how much of the cap is not free, as far as is known here.

        Raises SliceWanted where that is more than this process holds.
        """
        with self._lock:
            found = self._slices.get(key_of(cap))
            if found is None or found.left < need or found.left <= 0:
                raise SliceWanted(cap, need)
            found.left -= need
            found.held += need
            found.is_used = True
            return found.seen

    def settle(self, key: SliceKey, held: int, used: int) -> None:
        """Take what was used in place of what was held back."""
        with self._lock:
            found = self._slices.get(key)
            if found is not None:
                found.held -= held
                found.left += held - used
                self._is_told = False

    async def refill(self, wanted: SliceWanted) -> None:
        """Take another slice; CapReached where what is left of the cap is less than is needed."""
        cap, need = wanted.limit, max(wanted.need, 1)
        key = key_of(cap)
        async with self._writing:
            with self._lock:
                mine = self._slices.setdefault(key, _Slice())
                if mine.left >= need:
                    return
                left, held = mine.left, mine.held
            lacking = need - left
            if (
                mine.refused is not None
                and lacking >= mine.refused_amount
                and time.monotonic() < mine.refused_until
            ):
                raise mine.refused
            try:
                given, seen = await self._database.write(
                    slice_rows.take, self._owner, self._lease, cap, left + held, lacking
                )
            except CapReached as reached:
                mine.refused, mine.refused_amount = reached, lacking
                mine.refused_until = time.monotonic() + REFUSED_SECONDS
                raise
            with self._lock:
                mine.left += given
                mine.seen = seen

    async def run(self) -> None:
        """Renew the slices that are used, and give back the others.

        Until what was used is told, other processes take it for held as well, which is less than
        there is for them.
        """
        renewed = time.monotonic()
        while True:
            await asyncio.sleep(TELL_SECONDS)
            is_due = time.monotonic() - renewed > self._lease.total_seconds() / RENEWALS_PER_LEASE
            try:
                if is_due or not self._is_told:
                    await self._renew(is_due)
            except (AppError, SQLAlchemyError) as error:
                log.info("slices_not_renewed", cause=type(error).__name__)
            if is_due:
                renewed = time.monotonic()

    async def close(self) -> None:
        """Give everything back."""
        if not self._slices:
            return
        try:
            await self._database.write(slice_rows.keep, self._owner, self._lease, {})
        except (AppError, SQLAlchemyError) as error:
            log.info("slices_not_given_back", cause=type(error).__name__)

    async def _renew(self, forget_idle: bool) -> None:
        async with self._writing:
            if self._slices:
                kept = self._kept(forget_idle)
                await self._database.write(slice_rows.keep, self._owner, self._lease, kept)

    def _kept(self, forget_idle: bool) -> dict[SliceKey, int]:
        """How much of each slice is to be kept; what was not used since the last renewal is
        forgotten, where that is asked for."""
        with self._lock:
            self._is_told = True
            if forget_idle:
                used = {key: s for key, s in self._slices.items() if s.held or s.is_used}
                self._slices = used
                for mine in used.values():
                    mine.is_used = False
            return {key: max(mine.left + mine.held, 0) for key, mine in self._slices.items()}


class Holding:
    """What one request holds back of slices; its transaction may run twice.

    `waits`: for a price that is not loaded yet.
    """

    def __init__(self, slices: Slices, pricing: Pricing) -> None:
        self._slices = slices
        self._pricing = pricing
        self.waits = True
        self._held: dict[SliceKey, tuple[CapUnit, int, int]] = {}

    def price_of(self, model: Priced, at: datetime) -> TokenPrice | None:
        """The price of a model at a time, where that is known. Raises PriceWanted."""
        price = self._pricing.known(model, at)
        if price is None and self.waits and not self._pricing.is_loaded(model):
            raise PriceWanted(model)
        return price

    def take(self, cap: CurrentCap, need: int) -> int:
        """Hold back so much of a cap; how much of it is not free. Raises SliceWanted."""
        key = key_of(cap)
        if key in self._held:
            _, held, seen = self._held[key]
            if held == need:
                return seen
            self._slices.settle(key, held, 0)
            del self._held[key]
        seen = self._slices.hold(cap, need)
        self._held[key] = (cap.unit, need, seen)
        return seen

    def settle(self, used: Mapping[CapUnit, int]) -> None:
        """Take what was used in place of what was held back; `messages` are what they were."""
        for key, (unit, held, _) in self._held.items():
            self._slices.settle(key, held, used.get(unit, held))
        self._held.clear()

    def release(self) -> None:
        """Hold back nothing: the request did not begin."""
        self.settle({"messages": 0, "tokens": 0, "nano_usd": 0})
