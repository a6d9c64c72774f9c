"""systemd-analyze, which reads units as systemd does."""

import shutil

PROGRAM = shutil.which("systemd-analyze") or ""


def missing() -> str | None:
    """What to do where it is not installed."""
    return None if PROGRAM else "no systemd-analyze; install systemd (Debian)"
