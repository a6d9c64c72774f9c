"""Databases with the newest schema in place: the migrations make it once in a run, on each kind of
server, and from then on it is copied, which takes a sixth of the work."""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from app.engines.versions import server_of
from app.migration import migrate, sync_engine
from tests.support.backups import settings
from tests.support.databases import fresh_database
from tests.support.schema_sql import made, written

SHARED = pytest.StashKey[tempfile.TemporaryDirectory[str]]()
_folder = Path()


@contextmanager
def migrated_database(server: URL, folder: Path) -> Iterator[str]:
    """The URL of a database with no rows but those of the migrations, dropped at the end."""
    with fresh_database(server, folder) as url:
        engine = sync_engine(settings(url))
        with engine.connect() as connection:
            kind = str(server_of(connection))
        made(engine, _schema(kind, server))
        engine.dispose()
        yield url


@cache
def _schema(kind: str, server: URL) -> str:
    """What the migrations make on a kind of server; the first process that asks runs them."""
    kept = _folder / f"{sha256(kind.encode()).hexdigest()}.sql"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(_migrated(server))
    return kept.read_text()


def _migrated(server: URL) -> str:
    with (
        tempfile.TemporaryDirectory() as folder,
        fresh_database(server, Path(folder)) as url,
    ):
        migrate(settings(url))
        engine = sync_engine(settings(url))
        schema = written(engine)
        engine.dispose()
    return schema


class Schemas:
    """A pytest plugin: the folder of the schemas, which all processes of a run share."""

    def pytest_configure(self, config: pytest.Config) -> None:
        global _folder
        given = getattr(config, "workerinput", {}).get("schemas")
        if given is None:
            config.stash[SHARED] = tempfile.TemporaryDirectory(prefix="schemas-")
            given = config.stash[SHARED].name
        _folder = Path(given)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["schemas"] = str(_folder)

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        if SHARED in config.stash:
            config.stash[SHARED].cleanup()
