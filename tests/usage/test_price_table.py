"""The table of prices: loaded late, beside the loop, and only where a provider may be known."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from app.services.usage.price_table import PriceTable, is_public
from app.services.usage.prices import TokenPrice
from tests.support.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.anyio

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
TURNS_MIN = 10

STILLNESS = """
import asyncio, json, sys
from datetime import datetime, UTC
import app.main
from tests.support.patience import PATIENCE_SECONDS
from app.services.usage.price_table import PriceTable

async def main():
    turns, is_over = 0, False
    table = PriceTable()

    async def tick():
        nonlocal turns
        while not is_over:
            await asyncio.sleep(0)
            turns += 1

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    price = await table.find("https://api.openai.com/v1", "gpt-4o", datetime.now(UTC))
    is_over = True
    await ticking
    print(json.dumps([turns, price.write()]))

assert "genai_prices" not in sys.modules
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://api.openai.com/v1", True),
        ("https://API.OpenAI.com./v1", True),
        ("http://127.0.0.1:9/v1", False),
        ("http://[::1]:9/v1", False),
        ("http://8.8.8.8/v1", False),
        ("http://localhost:11434/v1", False),
        ("http://ollama:11434/v1", False),
        ("http://nas.local/v1", False),
        ("http://model.internal./v1", False),
        ("", False),
    ],
)
def test_which_hosts_may_be_a_providers(url: str, public: bool) -> None:
    assert is_public(url) == public


async def test_nothing_is_loaded_for_hosts_of_ones_own() -> None:
    table = PriceTable()
    assert table.prepare("http://127.0.0.1:9/v1") is None
    assert await table.find("http://127.0.0.1:9/v1", "gpt-4o", AT) is None


async def test_prices_by_address_and_name() -> None:
    table = PriceTable()

    async def found(url: str, name: str) -> TokenPrice | None:
        return await table.find(url, name, AT)

    plain = await found("https://api.openai.com/v1", "gpt-4o")
    assert plain is not None
    assert json.loads(plain.write()) == {"prompt": "2.5", "completion": "10", "cached": "1.25"}
    assert await found("https://api.openai.com/v1", "no-such-model") is None
    assert await found("https://models.example.com/v1", "gpt-4o") is None
    tiered = await found(
        "https://generativelanguage.googleapis.com/v1beta/openai", "gemini-2.5-pro"
    )
    assert tiered is not None
    assert [above for above, _ in tiered.tiers] == [200_000]
    assert tiered.cost(200_001, 0) == 2 * 200_001 * tiered.rates.prompt // 10**6
    assert TokenPrice.read(tiered.write()) == tiered
    # Perplexity takes a fee for each request besides, which no count of tokens tells.
    assert await found("https://api.perplexity.ai", "sonar") is None


async def test_every_price_of_the_table_can_be_kept() -> None:
    table = PriceTable()
    await asyncio.wait_for(_loaded(table), PATIENCE_SECONDS)
    from genai_prices.data import providers  # noqa: PLC0415 - loaded by now

    from app.services.usage.price_table import _price  # noqa: PLC0415

    models = [model for provider in providers for model in provider.models if model.prices]
    kept = [price for model in models if (price := _price(model.get_prices(AT))) is not None]
    assert len(kept) > len(models) // 2
    assert all(TokenPrice.read(price.write()) == price for price in kept)


async def _loaded(table: PriceTable) -> None:
    loading = table.prepare("https://api.openai.com/v1")
    assert loading is not None
    await loading


def test_the_loop_goes_on_while_the_table_loads() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", STILLNESS], capture_output=True, text=True, check=True
    )
    turns, price = json.loads(ended.stdout)
    assert price == '{"prompt":"2.5","completion":"10","cached":"1.25"}'
    assert turns >= TURNS_MIN  # thousands, where nothing else runs
