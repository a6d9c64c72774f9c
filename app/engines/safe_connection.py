"""asyncmy's connection with quoting that is safe under every SQL mode of the server."""

from typing import Any

from asyncmy.connection import Connection


class SafeConnection(Connection):
    """Writes bytes as hexadecimal literals.

    The driver's own escaping of bytes (0.2.18) puts backslashes whatever the server's mode is;
    where NO_BACKSLASH_ESCAPES is on, a quote among them would end the literal.
    """

    def escape(self, value: Any, mapping: Any = None) -> str:
        """An SQL literal for a value; the driver calls this for each parameter of a statement."""
        if isinstance(value, bytes | bytearray):
            return f"x'{value.hex()}'"
        return str(super().escape(value, mapping))  # type: ignore[no-untyped-call]


async def open_connection(**arguments: Any) -> SafeConnection:
    """A connection for SQLAlchemy's pool."""
    connection = SafeConnection(**arguments)  # type: ignore[no-untyped-call]
    await connection.connect()
    return connection
