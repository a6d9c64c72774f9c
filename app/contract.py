"""What this version leaves off once no older one uses the database any more.

An operator says so by `chat-backend migrate --contract`, which raises the oldest version that the
database takes (`schema_info.min_app_version`).
"""

from app import __version__

CONTRACTED = "1.10.0"
"""From it on each process gives one sign of life for all its replies. Older versions look at those
of each reply, and would end the others' without them."""


def parts(version: str) -> tuple[int, ...]:
    """A version as numbers, which can be compared."""
    return tuple(int(part) for part in version.split("."))


def is_contracted(oldest: str) -> bool:
    """Whether a database that takes no version before `oldest` has no user who knows no process."""
    return parts(oldest) >= parts(CONTRACTED)


def suits(oldest: str) -> bool:
    """Whether this version may use a database that takes no version before `oldest`."""
    return oldest == CONTRACTED or parts(oldest) <= parts(__version__)
