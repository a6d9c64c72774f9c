"""Estimates the work of reading a JSON text, which lies in its parts more than in its length."""

MOST_PARTS = 150_000
"""A message of the greatest length may be all commas; no valid request has more parts."""


def count_parts(text: str | bytes) -> int:
    """An upper bound of the values that stand in a JSON text's objects and lists."""
    if isinstance(text, str):
        return text.count("{") + text.count("[") + text.count(",")
    return text.count(b"{") + text.count(b"[") + text.count(b",")
