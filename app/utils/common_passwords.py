"""The passwords that everybody tries first (NIST SP 800-63B §3.1.1.2)."""

import unicodedata
from functools import lru_cache


def is_common(password: str) -> bool:
    """Whether the password, in any case, is one of the 30,000 most used. Slow the first time."""
    return unicodedata.normalize("NFKC", password).casefold() in _common()


@lru_cache
def _common() -> frozenset[str]:
    # Loaded when it is first needed: it takes some 80 ms, and most processes set no password.
    from zxcvbn.frequency_lists import (  # type: ignore[import-untyped]  # noqa: PLC0415
        FREQUENCY_LISTS,
    )

    return frozenset(FREQUENCY_LISTS["passwords"])
