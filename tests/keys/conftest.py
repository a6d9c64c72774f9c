"""Keys and the API that they open: nothing here depends on the database, so one kind is enough."""

import pytest


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'chat.db'}"
