"""What is measured here stands with the other faults."""

from tests.faults.conftest import note

__all__ = ["note"]
