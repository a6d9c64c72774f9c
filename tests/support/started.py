"""What a run of tests starts once."""

from contextlib import ExitStack
from pathlib import Path

from sqlalchemy.engine import URL

from tests.support.databases import Backend
from tests.support.migrated import migrated_database


class Started:
    """Database servers, and one database on each, started when first asked for and kept."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder
        self._servers: dict[str, URL] = {}
        self._databases: dict[URL, str] = {}

    def server(self, backend: Backend) -> URL:
        """The address of this kind of server."""
        if backend.name not in self._servers:
            self._servers[backend.name] = self._stack.enter_context(backend.server())
        return self._servers[backend.name]

    def database(self, server: URL) -> str:
        """The URL of the run's database on a server."""
        if server not in self._databases:
            database = migrated_database(server, self._folder)
            self._databases[server] = self._stack.enter_context(database)
        return self._databases[server]
