"""One finding of the doctor."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """`found` in a few words; `advice` only where something is to be done.

    A warning (`ok` and `advice`) does not stop the server from being used.
    """

    name: str
    ok: bool
    found: str
    advice: str = ""
