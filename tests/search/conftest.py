"""On which database a test runs: one of its file's own, as the index reads what anybody has said,
and others leave much of that."""

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import URL, make_url

from tests.support.migrated import migrated_database


@pytest.fixture(scope="module")
def database_url(database_server: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with migrated_database(database_server, tmp_path_factory.mktemp("search")) as url:
        yield url


@pytest.fixture
def backend(database_url: str) -> str:
    """`sqlite` or `mysql`."""
    return make_url(database_url).get_backend_name()
