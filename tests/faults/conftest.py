"""What the faults need besides: a choice of databases, and a place for figures."""

import pytest

from tests.databases import Backend
from tests.faults.figures import Figures, Note
from tests.faults.scale import SOAK

KEY = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "databases(*names): run on these databases only")
    config.stash[KEY] = Figures(writes_page=SOAK)
    config.pluginmanager.register(config.stash[KEY])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the databases on which a fault shows nothing new."""
    left_out = [item for item in items if not _wanted(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _wanted(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("databases")
    callspec = getattr(item, "callspec", None)
    if marker is None or callspec is None:
        return True
    backends = [value for value in callspec.params.values() if isinstance(value, Backend)]
    return all(backend.name in marker.args for backend in backends)


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Takes note of a figure for the table."""
    return request.config.stash[KEY].note


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """The name of the database that the test runs on."""
    values = request.node.callspec.params.values()
    return next(value.name for value in values if isinstance(value, Backend))
