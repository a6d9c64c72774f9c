"""The passwords that everybody tries first (NIST SP 800-63B §3.1.1.2)."""

import importlib
import unicodedata
from functools import lru_cache

LIST = "zxcvbn.frequency_lists"
"""Loaded when it is first needed: it takes some 80 ms, and most processes set no password."""


def is_common(password: str) -> bool:
    """Whether the password, in any case, is one of the 30,000 most used. Slow the first time."""
    return unicodedata.normalize("NFKC", password).casefold() in _common()


@lru_cache
def _common() -> frozenset[str]:
    return frozenset(importlib.import_module(LIST).FREQUENCY_LISTS["passwords"])
