"""A database of its own for each test of an upgrade."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from app.migration import sync_engine
from tests.support import databases
from tests.support.backups import settings


@pytest.fixture
def url(database_server: URL, tmp_path: Path) -> Iterator[str]:
    with databases.fresh_database(database_server, tmp_path) as url:
        yield url


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = sync_engine(settings(url))
    yield engine
    engine.dispose()
