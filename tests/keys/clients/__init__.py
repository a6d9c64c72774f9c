"""Programs of others that speak OpenAI's API, and what they are to do here."""

from pathlib import Path

INSTALLED = Path(__file__).parents[3] / ".cache" / "clients"


def missing() -> str | None:
    """Why they cannot be tried here, with what to do about it."""
    if not all((INSTALLED / f"{name}.state").is_file() for name in ("python", "node")):
        return "they are not installed; run scripts/install-clients (needs Node.js)"
    return None
