"""What providers say that a request cost, read to the nano-dollar; what cannot be true is not."""

import math

import orjson
import pytest

from app.services.upstream.cost import COST_MAX, cost_of


@pytest.mark.parametrize(
    ("usage", "nano"),
    [
        ('{"cost": 0.00014}', 140_000),  # OpenRouter
        ('{"cost": 0.0000000123}', 12),
        ('{"cost": 1.2345e-5}', 12_345),
        ('{"cost": 0}', 0),
        ('{"cost": "0.25"}', 250_000_000),
        (
            '{"cost": 0.1, "is_byok": false, "cost_details": {"upstream_inference_cost": 0.1}}',
            10**8,
        ),
        ('{"cost": 0.1, "cost_details": {"upstream_inference_cost": 0.1}}', 10**8),
        ('{"cost": 0.1, "cost_details": {"upstream_inference_cost": null}}', 10**8),
        # A key of one's own for the provider behind: its bill, and OpenRouter's fee.
        (
            '{"cost": 0.01, "is_byok": true, "cost_details": {"upstream_inference_cost": 0.2}}',
            21 * 10**7,
        ),
        ('{"cost": 0.95, "cost_details": {"upstream_inference_cost": 19}}', 1_995 * 10**7),
        ('{"cost": {"input_tokens_cost": 0.1, "total_cost": 0.006}}', 6_000_000),  # Perplexity
        ('{"cost_in_usd_ticks": 37756000}', 3_775_600),  # xAI
        ('{"estimated_cost": 2.5e-06}', 2_500),  # DeepInfra
        ('{"cost": null, "estimated_cost": 0.5}', 5 * 10**8),
        ('{"cost": 10000}', COST_MAX),
    ],
)
def test_what_providers_send(usage: str, nano: int) -> None:
    assert cost_of(orjson.loads(usage)) == nano


@pytest.mark.parametrize(
    "usage",
    [
        *(None, [], "0.1", {}, {"cost": None}, {"cost": -0.1}, {"cost": True}, {"cost": "NaN"}),
        *({"cost": math.nan}, {"cost": math.inf}, {"cost": -math.inf}, {"cost": 1e300}),
        *({"cost": 10_000.01}, {"cost": 2**70}, {"cost": "-1"}, {"cost": "9" * 400}, {"cost": []}),
        *({"cost": {}}, {"cost": {"total_cost": -1}}, {"cost_in_usd_ticks": -1}),
        {"cost": 0.01, "is_byok": True, "cost_details": {"upstream_inference_cost": None}},
        {"cost": 0.01, "is_byok": True},
        {"cost": 0.01, "is_byok": True, "cost_details": {"upstream_inference_cost": -3}},
    ],
)
def test_what_is_no_cost(usage: object) -> None:
    assert cost_of(usage) is None
