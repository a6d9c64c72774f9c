"""Requests as lines of CSV (RFC 4180)."""

import csv
import io
from collections.abc import Sequence

from app.schemas.price import usd_of
from app.schemas.usage import AttemptRead

COLUMNS = (
    "id",
    "started_at",
    "purpose",
    "status",
    "error_code",
    "connection",
    "model",
    "shared",
    "connection_id",
    "model_id",
    "key_id",
    "conversation_id",
    "message_id",
    "first_token_ms",
    "duration_ms",
    "prompt_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "counted_by",
    "cost_usd",
    "price_source",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so is one to a spreadsheet, and names are anybody's words."""
BYTE_ORDER_MARK = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for something else."""
HEAD = BYTE_ORDER_MARK + ",".join(COLUMNS) + "\r\n"


def rows_of(attempts: Sequence[AttemptRead]) -> str:
    """Lines, one for each request."""
    text = io.StringIO()
    writer = csv.writer(text)
    for attempt in attempts:
        row = attempt.model_dump(mode="json")
        row["connection"], row["model"] = row["connection_label"], row["model_name"]
        row["shared"] = "yes" if attempt.shared else "no"
        cost = attempt.cost_nano_usd
        row["cost_usd"] = None if cost is None else usd_of(cost)
        writer.writerow([_harmless(row[name]) for name in COLUMNS])
    return text.getvalue()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
