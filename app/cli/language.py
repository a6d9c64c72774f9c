"""Which of the two languages the terminal speaks."""

import os
from collections.abc import Mapping

from app.errors import Language

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first one that is set decides (POSIX.1-2024, Base Definitions, section 8.2)."""


def terminal_language(environment: Mapping[str, str] = os.environ) -> Language:
    """Chinese where the locale is, else English."""
    locale = next((value for name in VARIABLES if (value := environment.get(name))), "")
    return "zh" if locale.lower().startswith("zh") else "en"
