"""What this process counts. Plain numbers, cheap to change; `exposition` writes them down, those of
all workers together where there are several.

No label holds what a user chose: no id, address, host or name of a model, and only known values,
so that the number of series stays small. Names of models are the operator's own.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import add

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
        self.bounds = bounds
        self.values: dict[Labels, Spread] = {} if labels else {(): Spread(bounds)}

    def of(self, *labels: str) -> Spread:
        """The spread of these label values."""
        spread = self.values.get(labels)
        if spread is None:
            spread = self.values[labels] = Spread(self.bounds)
        return spread


@dataclass(frozen=True, slots=True)
class Gauge:
    """What is so at one moment. Of several processes all are added up, or joined in another way."""

    help: str
    join: Callable[[float, float], float] = add


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
logins_failed = Counter(
    "chat_logins_failed", "Logins with a wrong name, password, second factor or passkey"
)
oidc_logins = Counter(
    "chat_oidc_logins",
    "Returns from a provider of logins, by what became of them",
    "status",
    known=(
        "ok",
        "provider_refused",
        "provider_unavailable",
        "provider_answer_invalid",
        "login_expired",
    ),
)
passkey_checks = Counter(
    "chat_passkey_checks",
    "Passkeys that were given, by what was wrong with them",
    "status",
    known=("ok", "challenge", "origin", "verification", "signature", "counter", "unknown"),
)

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

worker_restarts = Counter(
    "chat_worker_restarts", "Processes of this server that were started in the place of others"
)

COUNTERS = (
    requests,
    replies,
    replies_lost,
    upstream_errors,
    rate_limited,
    logins_failed,
    oidc_logins,
    passkey_checks,
    share_reads,
    uploads,
    imports_ended,
    imported_messages,
    jobs_ended,
    bus_messages,
    bus_bytes,
    model_tokens,
    model_cost,
    worker_restarts,
)
HISTOGRAMS = (
    request_seconds,
    first_token_seconds,
    token_gap_seconds,
    checkpoint_seconds,
    search_seconds,
)
GAUGES = {
    "chat_replies_running": Gauge("Replies that run now"),
    "chat_sockets_open": Gauge("Open sockets"),
    "chat_program_requests_open": Gauge("Requests that programs have open by their keys"),
    "chat_checkpoint_lag_seconds": Gauge("Since running replies were last saved", join=max),
    "chat_search_unread": Gauge(
        "Messages, at most, that the index of the search has still to read", join=max
    ),
    "chat_bus_healthy": Gauge("Whether the other processes are heard", join=min),
    "chat_bus_peers": Gauge("Processes heard from lately, this one included", join=max),
    "chat_budgets_shared": Gauge(
        "Whether what all other processes count is added to the budgets here", join=min
    ),
    "chat_jobs_running": Gauge("Background jobs that run now"),
    "chat_database_running": Gauge("Transactions that run now"),
    "chat_database_waiting": Gauge("Transactions that wait for their turn"),
    "chat_database_limit": Gauge("Transactions that can run at once"),
    "chat_workers": Gauge("Processes whose numbers these are"),
}
