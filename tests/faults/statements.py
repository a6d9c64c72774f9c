"""Statements that a test gives a database server of its own, as the server's operator."""

from typing import Any

import pymysql
from sqlalchemy.engine import URL

CONNECT_SECONDS = 2
ANSWER_SECONDS = 60


def execute(server: URL, *statements: str) -> list[tuple[Any, ...]]:
    """Run them, each a transaction of its own; the rows of the last."""
    with (
        pymysql.connect(
            host=server.host,
            port=server.port or 0,
            user="root",
            connect_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
            autocommit=True,
        ) as connection,
        connection.cursor() as cursor,
    ):
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall())
