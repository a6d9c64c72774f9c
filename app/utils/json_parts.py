"""How much work a JSON text is to read: most of it is in its parts, not in its length."""

MOST_PARTS = 150_000
"""A message of the greatest length may be all commas; nothing that is asked for holds more."""


def count_parts(text: str | bytes) -> int:
    """At least as many as a JSON text has objects, lists, and values in them."""
    if isinstance(text, str):
        return text.count("{") + text.count("[") + text.count(",")
    return text.count(b"{") + text.count(b"[") + text.count(b",")
