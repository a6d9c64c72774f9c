"""Every row once and in order, also where a key of several columns spans batches."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert
from sqlalchemy.engine import URL

from app.config import Settings
from app.migration import sync_engine
from app.services.backup.scan import BATCH_ROWS, in_batches
from tests.support import databases
from tests.support.server import ENCRYPTION_KEY, SECRET_KEY

KEYS: dict[str, Any] = {"secret_key": SECRET_KEY, "encryption_key": ENCRYPTION_KEY}


@pytest.fixture
def settings(database_server: URL, tmp_path: Path) -> Iterator[Settings]:
    with databases.fresh_database(database_server, tmp_path) as url:
        yield Settings(_env_file=None, **KEYS | {"database_url": url})


def test_keys_of_three_columns(settings: Settings) -> None:
    parts = [Column(name, Integer, primary_key=True, autoincrement=False) for name in "abc"]
    table = Table("scanned", MetaData(), *parts, Column("content", LargeBinary))
    wanted = [(a, b, c, b"x") for a in range(3) for b in range(9) for c in range(17)]
    engine = sync_engine(settings)
    with engine.begin() as connection:
        table.create(connection)
        values = [dict(zip("abc", row[:3], strict=True), content=b"x") for row in wanted]
        connection.execute(insert(table), values[::-1])
        batches = list(in_batches(connection, table))
    engine.dispose()
    assert [tuple(row) for batch in batches for row in batch] == wanted
    assert {len(batch) for batch in batches[:-1]} == {BATCH_ROWS}
