"""The table of what models of public providers cost, which comes with `genai-prices`.

It takes 9 MB and a moment to load, which neither a start nor an idle server should pay, and holds
the providers that everybody may use: it is loaded in a thread once a request goes to one of those.
"""

import asyncio
import re
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from app.services.upstream.address import LOCAL_DOMAINS
from app.services.upstream.guard import host_of
from app.services.usage.prices import Rates, TokenPrice
from app.utils.memory import exempt_what_is_loaded
from app.utils.tasks import has_failed

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Tier

KEPT = 1_000
"""So many models and addresses are remembered, or that the table has them not."""
LOAD_SECONDS = 5.0
"""Who wants a price waits no longer for the table."""
NANO_PLACES = 9
RATES = {
    "prompt": "input_mtok",
    "completion": "output_mtok",
    "cached": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "reasoning": "output_reasoning_mtok",
}
BY_REQUEST = "requests_kcount"


class PriceTable:
    """Finds prices by the address that a request went to and the model's name."""

    def __init__(self) -> None:
        self._loading: asyncio.Task[None] | None = None

    def prepare(self, base_url: str) -> asyncio.Task[None] | None:
        """Begin to load the table if it may know the provider at this address; None where not.

        To be called before a request, which takes longer. A load that failed for want of a file
        handle or a thread is tried again.
        """
        if not is_public(base_url):
            return None
        if self._loading is None or (self._loading.done() and has_failed(self._loading)):
            self._loading = asyncio.create_task(asyncio.to_thread(_load))
        return self._loading

    async def find(self, base_url: str, model_name: str, at: datetime) -> TokenPrice | None:
        """What a model cost at a time; None where the table does not know it, or cannot be had."""
        await self.load(base_url)
        return self.known(base_url, model_name, at)

    async def load(self, base_url: str) -> None:
        """Have the table there if it may know the provider at this address, and can be had soon."""
        if (loading := self.prepare(base_url)) is not None:
            await asyncio.wait([loading], timeout=LOAD_SECONDS)

    def is_loaded(self, base_url: str) -> bool:
        """Whether it is there, or does not know the provider at this address anyway."""
        return not is_public(base_url) or self._is_there

    @property
    def _is_there(self) -> bool:
        loading = self._loading
        return loading is not None and loading.done() and not has_failed(loading)

    def known(self, base_url: str, model_name: str, at: datetime) -> TokenPrice | None:
        """As `find`, as far as the table is there already; from any thread."""
        if not (self._is_there and is_public(base_url)):
            return None
        model = _model(base_url, model_name)
        return None if model is None else _price(model.get_prices(at))


@lru_cache(KEPT)
def is_public(base_url: str) -> bool:
    """Whether an address may be a provider's: a name of the public internet, and no number."""
    host = (host_of(base_url) or "").lower().removesuffix(".")
    if "." not in host or host.endswith(LOCAL_DOMAINS):
        return False
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return True
    return False


def _load() -> None:
    import genai_prices.data  # noqa: F401, PLC0415 - large: see above

    exempt_what_is_loaded(collect=False)


@lru_cache(KEPT)
def _model(base_url: str, model_name: str) -> "ModelInfo | None":
    # Its own look-up remembers every name that it is ever asked for.
    from genai_prices.data import providers  # noqa: PLC0415 - by `_load`

    for provider in providers:
        if re.match(provider.api_pattern, base_url):
            return provider.find_model(model_name, all_providers=providers)
    return None


def _price(found: "ModelPrice") -> TokenPrice | None:
    """A price of the table; None where it has none for tokens, or one for each request besides,
    which no endpoint tells the number of."""
    prices = {name: getattr(found, key) for name, key in RATES.items()}
    if prices["prompt"] is None or prices["completion"] is None or getattr(found, BY_REQUEST):
        return None
    starts = sorted({tier.start for price in prices.values() for tier in _tiers(price)})
    tiers = ((start, _rates(prices, start)) for start in starts)
    return TokenPrice(_rates(prices, -1), tuple(tiers))


def _tiers(price: Any) -> "list[Tier]":
    return getattr(price, "tiers", [])


def _rates(prices: dict[str, Any], above: int) -> Rates:
    """The rates for prompts of more than so many tokens, and of no higher tier."""
    return Rates(**{name: _rate(price, above) for name, price in prices.items()})


def _rate(price: Any, above: int) -> Any:
    if price is None:
        return None
    reached = [tier.price for tier in _tiers(price) if tier.start <= above]
    usd: Decimal = reached[-1] if reached else getattr(price, "base", price)
    return round(usd.scaleb(NANO_PLACES))
