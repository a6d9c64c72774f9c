"""PyMySQL makes a TLS context for each connection, which reads all certificates of the system,
to check none. Here all connections share one."""

from functools import cache
from ssl import SSLContext
from typing import Any

from pymysql.connections import Connection

NAME = "_create_ssl_ctx"


def share() -> None:
    """From now on, connections with no TLS options of their own have the same context."""
    make = getattr(Connection, NAME)

    @cache
    def shared() -> SSLContext:
        context: SSLContext = make(Connection, {})
        return context

    def context_of(connection: object, options: Any) -> SSLContext:
        own: SSLContext = make(connection, options) if options else shared()
        return own

    setattr(Connection, NAME, context_of)
    shared()
