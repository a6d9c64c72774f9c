"""Which database servers can be used: those that support SKIP LOCKED."""

from dataclasses import dataclass

from sqlalchemy import Connection

OLDEST = {"MySQL": (8, 0), "MariaDB": (10, 6)}


@dataclass(frozen=True, slots=True)
class Server:
    """A database server: the name of its make, and its version."""

    make: str
    version: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.make} {_dotted(self.version)}"

    @property
    def advice(self) -> str:
        """What to do about a server that is too old; empty for a supported one."""
        oldest = OLDEST.get(self.make, ())
        return f"use {self.make} {_dotted(oldest)} or newer" if self.version < oldest else ""


def server_of(connection: Connection) -> Server:
    """The server that this connection leads to."""
    dialect = connection.dialect
    version = tuple(part for part in dialect.server_version_info or () if isinstance(part, int))
    if dialect.name == "sqlite":
        return Server("SQLite", version)
    return Server("MariaDB" if getattr(dialect, "is_mariadb", False) else "MySQL", version)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
