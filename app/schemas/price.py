"""What a model's tokens cost, on the wire: US dollars per million tokens, as decimals.

Money is an integer everywhere else: nano-dollars, and a price is so many of them per million
tokens. A binary fraction would make sums that no bill has.
"""

import math
import re
from decimal import Decimal
from typing import Annotated

import orjson
from pydantic import BaseModel, BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.schemas.fields import LeftOutWhereNone

NANO = 10**9
PLACES = 9
PRICE_MAX = 10_000 * NANO
"""Of a million tokens; the dearest model that is sold takes 600 dollars."""
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,4})(?:\.[0-9]{1,9})?")


def nano_of(usd: str) -> int:
    """Nano-dollars of a decimal of dollars with at most nine places."""
    return int(Decimal(usd).scaleb(PLACES))


def usd_of(nano: int) -> str:
    """Nano-dollars as the shortest decimal of dollars."""
    whole, rest = divmod(nano, NANO)
    return f"{whole}.{rest:09d}".rstrip("0").rstrip(".")


def _price(value: object) -> int:
    # Pydantic's own decimals also read "1e3", " 1" and "NaN", which other programs read otherwise.
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        nano = Decimal(nano_of(value))
    elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        nano = Decimal(repr(value)).scaleb(PLACES)  # as it was written, not as it is kept
    else:
        raise PydanticCustomError("price_parsing", "not a decimal of US dollars")
    if not 0 <= nano <= PRICE_MAX:
        raise PydanticCustomError("price_range", "not between 0 and 10000 US dollars")
    if nano != int(nano):
        raise PydanticCustomError("price_places", "more than nine decimal places")
    return int(nano)


Usd = Annotated[
    int,
    BeforeValidator(_price),
    PlainSerializer(usd_of),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": PRICE_MAX // NANO},
                {"type": "string", "pattern": f"^{_DECIMAL.pattern}$"},
            ]
        }
    ),
]
"""US dollars per million tokens: a decimal string or a number; kept as nano-dollars."""


class Price(BaseModel):
    """Prices of a million tokens in US dollars. What is left out: cached tokens and those written
    to a cache cost what other tokens of a prompt do, reasoning what other tokens of a reply do."""

    prompt: Usd
    completion: Usd
    cached: Usd | None = None
    cache_write: Usd | None = None
    reasoning: Usd | None = None

    def write(self) -> str:
        """The JSON of what is given of it, as rows keep it."""
        return orjson.dumps(self.model_dump(exclude_none=True)).decode()


class PriceRead(BaseModel):
    """Prices of a million tokens in US dollars, as decimals."""

    prompt: str
    completion: str
    cached: Annotated[str | None, LeftOutWhereNone] = None
    cache_write: Annotated[str | None, LeftOutWhereNone] = None
    reasoning: Annotated[str | None, LeftOutWhereNone] = None
