"""What the faults need besides: a place for figures, and the programs that they are tried on."""

import pytest

from tests.faults import scenarios
from tests.faults.figures import FIGURE, Note
from tests.support.databases import Backend
from tests.support.server_process import TWO_WORKERS

__all__ = ["scenarios"]  # imported so that the model server knows them


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Takes note of a figure for the table."""

    def take(fault: str, where: str, promised: str, measured: str) -> None:
        row = (fault, where, promised, measured)
        request.node.user_properties.append((FIGURE, row))

    return take


@pytest.fixture(params=["uvicorn", TWO_WORKERS])
def program(request: pytest.FixtureRequest) -> str:
    """A server of one process, and one of two behind one address."""
    name: str = request.param
    return name


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """The name of the database that the test runs on."""
    values = request.node.callspec.params.values()
    return next(value.name for value in values if isinstance(value, Backend))
