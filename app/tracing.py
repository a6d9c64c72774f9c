"""Spans around what takes time. Without a collector they cost a comparison and load nothing."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

SpanAttributes = dict[str, str | int]
"""Attributes of a span, gathered until it ends: never content, keys, addresses or names."""


class Spans(Protocol):
    """Where spans go."""

    def open(self, name: str, kind: str) -> AbstractContextManager[SpanAttributes]:
        """A span that lasts as long as the block."""

    def close(self) -> None:
        """Send what is left; blocks for some seconds at most."""


_spans: Spans | None = None


def span(name: str, kind: str = "internal") -> AbstractContextManager[SpanAttributes]:
    """A span around a block, within the one that is open; `kind` is internal, server or client."""
    return nullcontext({}) if _spans is None else _spans.open(name, kind)


def begin_tracing(spans: Spans) -> None:
    """Have every span of this process go there from now on."""
    global _spans
    _spans = spans


def end_tracing() -> None:
    """Send what is left and forget the collector; blocks for some seconds at most."""
    global _spans
    if _spans is not None:
        _spans.close()
        _spans = None
