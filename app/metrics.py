"""What this process counts. Plain numbers, cheap to change; `exposition` writes them down.

No label holds what a user chose: no id, address, host or name of a model, and only known values,
so that the number of series stays small. Names of models are the operator's own.
"""

from bisect import bisect_left
from collections.abc import Sequence

Labels = tuple[str, ...]

DURATIONS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
GAPS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Counter:
    """A number that only grows, one for each set of label values."""

    def __init__(self, name: str, help: str, *labels: str, known: Sequence[str] = ()) -> None:
        self.name, self.help, self.labels = name, help, labels
        # Known values of a label begin at 0, so that the first event is seen as growth.
        self.values: dict[Labels, int] = {(value,): 0 for value in known} if labels else {(): 0}

    def add(self, *labels: str, by: int = 1) -> None:
        """Count one, or so many."""
        self.values[labels] = self.values.get(labels, 0) + by


class Spread:
    """Counts of values between bounds, and their sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count a value; a bound belongs to what is below it."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def merge(self, other: "Spread") -> None:
        """Count all that another spread with the same bounds has counted."""
        self.counts = [ours + more for ours, more in zip(self.counts, other.counts, strict=True)]
        self.total += other.total


class Histogram:
    """A spread for each set of label values."""

    def __init__(self, name: str, help: str, bounds: Sequence[float], *labels: str) -> None:
        self.name, self.help, self.labels = name, help, labels
        self._bounds = bounds
        self.values: dict[Labels, Spread] = {} if labels else {(): Spread(bounds)}

    def of(self, *labels: str) -> Spread:
        """The spread of these label values."""
        spread = self.values.get(labels)
        if spread is None:
            spread = self.values[labels] = Spread(self._bounds)
        return spread


requests = Counter("chat_requests", "HTTP requests answered", "method", "route", "status")
request_seconds = Histogram(
    "chat_request_seconds", "Time to the end of an HTTP answer", DURATIONS, "method", "route"
)
first_token_seconds = Histogram(
    "chat_first_token_seconds", "From asking a model to the first text of its reply", DURATIONS
)
token_gap_seconds = Histogram(
    "chat_token_gap_seconds", "Between two reads of a reply from a model's server", GAPS
)
replies = Counter(
    "chat_replies",
    "Replies that ended, by how",
    "status",
    known=("complete", "stopped", "interrupted", "failed"),
)
replies_lost = Counter(
    "chat_replies_lost",
    "Replies broken off by this side",
    "reason",
    known=("interrupted", "reaped", "unsaved"),
)
upstream_errors = Counter("chat_upstream_errors", "Replies that a model's server failed", "code")
checkpoint_seconds = Histogram(
    "chat_checkpoint_seconds", "Time of a transaction that saves running replies", DURATIONS
)
rate_limited = Counter(
    "chat_rate_limited",
    "Refused for going over a budget",
    "budget",
    known=("all", "files", "login", "password", "register", "search", "shares"),
)
uploads = Counter(
    "chat_uploads",
    "Files that were uploaded, by what became of them",
    "status",
    known=("stored", "refused", "failed"),
)
imports_ended = Counter(
    "chat_imports",
    "Imports that ended, by how",
    "status",
    known=("done", "failed", "cancelled"),
)
imported_messages = Counter("chat_imported_messages", "Messages of imports that were looked at")
jobs_ended = Counter(
    "chat_jobs", "Background jobs that ended, by how", "status", known=("done", "failed")
)
search_seconds = Histogram("chat_search_seconds", "Time of a search", DURATIONS)
share_reads = Counter(
    "chat_share_reads",
    "What was asked for by a link, by whether there was such a link",
    "status",
    known=("hit", "miss"),
)
logins_failed = Counter("chat_logins_failed", "Logins with a wrong name or password")

bus_messages = Counter(
    "chat_bus_messages",
    "Messages between the processes that serve one database",
    "status",
    known=("sent", "received", "dropped"),
)
bus_bytes = Counter("chat_bus_bytes", "Their size", "status", known=("sent", "received"))
model_tokens = Counter(
    "chat_model_tokens",
    "Tokens that models were sent and sent, counted or estimated; `own`: models of users' own",
    "model",
    "kind",
)
model_cost = Counter(
    "chat_model_cost_nano_usd",
    "What models cost in billionths of a dollar, as far as prices are known",
    "model",
)

COUNTERS = (
    requests,
    replies,
    replies_lost,
    upstream_errors,
    rate_limited,
    logins_failed,
    share_reads,
    uploads,
    imports_ended,
    imported_messages,
    jobs_ended,
    bus_messages,
    bus_bytes,
    model_tokens,
    model_cost,
)
HISTOGRAMS = (
    request_seconds,
    first_token_seconds,
    token_gap_seconds,
    checkpoint_seconds,
    search_seconds,
)
