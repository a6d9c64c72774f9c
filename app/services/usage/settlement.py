"""What one request used, once it is over."""

from dataclasses import dataclass, fields, replace
from typing import Any

from app.schemas.usage import AttemptStatus, CountedBy, PriceSource
from app.services.upstream.counts import TokenCounts
from app.services.upstream.requests import RequestTrace


@dataclass(frozen=True, slots=True)
class Settlement:
    """The columns that `usage_attempt` and `generation` have of it. Without a `price_source` it is
    still to be priced, with the `price` that somebody gave when it began, if any; `counted_by` is
    None where there was nothing to count."""

    status: AttemptStatus
    error_code: str | None
    first_token_ms: int | None
    duration_ms: int | None
    prompt_tokens: int
    completion_tokens: int
    counted_by: CountedBy | None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    price: str | None = None
    price_source: PriceSource | None = None
    cost_nano: int | None = None

    @property
    def has_tokens(self) -> bool:
        """Whether anything was used."""
        return self.prompt_tokens + self.completion_tokens > 0

    def values(self) -> dict[str, Any]:
        """By the names of the columns."""
        return {name: getattr(self, name) for name in COLUMNS}


COLUMNS = tuple(each.name for each in fields(Settlement))


def settled(
    trace: RequestTrace, status: AttemptStatus, said_tokens: int, error_code: str | None = None
) -> Settlement:
    """How a request ended that had left; `said_tokens`: about how long its reply is.

    What its server counted stands where its reply came to its end. Of one that broke off, a count
    so far says what went in, and the longer of both what came out: an estimate. A refusal used
    nothing.
    """
    counts = trace.counts
    settlement = Settlement(
        status,
        error_code or trace.error_code,
        trace.first_token_ms,
        trace.duration_ms,
        prompt_tokens=trace.prompt_tokens,
        completion_tokens=said_tokens,
        counted_by="estimate",
    )
    if trace.is_refused or trace.is_unread:
        status = "refused" if trace.is_refused else "failed"
        return replace(
            settlement, status=status, prompt_tokens=0, completion_tokens=0, counted_by=None
        )
    if counts is None:
        return settlement
    if trace.is_whole:
        return _counted(settlement, counts, counts.completion, "provider")
    return _counted(settlement, counts, max(counts.completion, said_tokens), "estimate")


def _counted(
    settlement: Settlement, counts: TokenCounts, completion: int, by: CountedBy
) -> Settlement:
    is_told = counts.cost_nano is not None and by == "provider"
    return replace(
        settlement,
        prompt_tokens=counts.prompt,
        completion_tokens=completion,
        counted_by=by,
        cached_tokens=counts.cached,
        cache_write_tokens=counts.cache_write,
        reasoning_tokens=counts.reasoning,
        price_source="provider" if is_told else None,
        cost_nano=counts.cost_nano if is_told else None,
    )
