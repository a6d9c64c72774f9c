"""Check of the Python that runs this."""

import platform

from app.cli.doctor.check import Check
from app.utils.interpreter import is_optimised

SLOW = "takes up to twice the time: better one built with --enable-optimizations"


def check_python() -> Check:
    """Its version; a warning where its build leaves speed behind."""
    found = f"{platform.python_implementation()} {platform.python_version()}"
    if is_optimised():
        return Check("Python", True, found)
    return Check("Python", True, f"{found}, built without optimisation", SLOW)
