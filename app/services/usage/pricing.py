"""What a request that is over cost, and who says so."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.schemas.usage import PriceSource
from app.services.usage.price_table import PriceTable
from app.services.usage.prices import TokenPrice
from app.services.usage.settlement import Settlement


@dataclass(frozen=True, slots=True)
class Priced:
    """What tells the price of a model: where it is, what it is called, and what whoever has the
    connection (the operator, where it is shared) says that it costs, as JSON."""

    base_url: str
    model_name: str
    is_shared: bool
    price: str | None


class Pricing:
    """Finds the price of a request: what its server said of it stands, then what whoever has the
    connection says of the model, then the table of providers' prices."""

    def __init__(self) -> None:
        self._table = PriceTable()

    def prepare(self, base_url: str) -> None:
        """A request goes to this address: its price will be wanted at its end."""
        self._table.prepare(base_url)

    def known(self, model: Priced, at: datetime) -> TokenPrice | None:
        """The price of a model, where it is known without waiting."""
        if model.price is not None:
            return TokenPrice.read(model.price)
        return self._table.known(model.base_url, model.model_name, at)

    def is_loaded(self, model: Priced) -> bool:
        """Whether all is known of its price that ever will be."""
        return model.price is not None or self._table.is_loaded(model.base_url)

    async def load(self, model: Priced) -> None:
        """Wait a moment for what is not."""
        await self._table.load(model.base_url)

    async def priced(
        self, settlement: Settlement, model: Priced | None, at: datetime
    ) -> Settlement:
        """With its cost, where that can be known, and the price that it was reckoned with."""
        if settlement.price_source is not None:
            return settlement
        unpriced = replace(settlement, price=None, price_source="none")
        if model is None or not settlement.has_tokens:
            return unpriced
        price, source = await self._price(model, at)
        if price is None:
            return unpriced
        cost = price.cost(
            settlement.prompt_tokens,
            settlement.completion_tokens,
            settlement.cached_tokens or 0,
            settlement.cache_write_tokens or 0,
            settlement.reasoning_tokens or 0,
        )
        return replace(settlement, price=price.write(), price_source=source, cost_nano=cost)

    async def _price(self, model: Priced, at: datetime) -> tuple[TokenPrice | None, PriceSource]:
        if model.price is not None:
            return TokenPrice.read(model.price), "operator" if model.is_shared else "user"
        return await self._table.find(model.base_url, model.model_name, at), "table"
