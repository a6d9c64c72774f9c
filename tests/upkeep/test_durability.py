"""A database that may lose what it acknowledged is named when the server starts."""

import asyncio

import pymysql
import pytest
from sqlalchemy.engine import URL

from tests.conftest import StartServer

pytestmark = pytest.mark.anyio

WARNING = "database_may_lose_messages"


def set_flush_level(server: URL, level: int) -> int:
    """Set what MySQL does at a commit; the level before."""
    connection = pymysql.connect(
        host=server.host, port=server.port or 3306, user=server.username, autocommit=True
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT @@innodb_flush_log_at_trx_commit")
        row = cursor.fetchone()
        cursor.execute(f"SET GLOBAL innodb_flush_log_at_trx_commit = {level}")
    return int(row[0]) if row else 1


async def test_the_start_tells_of_a_risk_and_only_of_one(
    start_server: StartServer, database_server: URL, capsys: pytest.CaptureFixture[str]
) -> None:
    if database_server.get_backend_name() == "sqlite":
        await start_server()
        assert WARNING not in capsys.readouterr().err
        return
    before = await asyncio.to_thread(set_flush_level, database_server, 2)
    try:
        await start_server()
        assert WARNING in capsys.readouterr().err
        await asyncio.to_thread(set_flush_level, database_server, 1)
        await start_server()
        assert WARNING not in capsys.readouterr().err
    finally:
        await asyncio.to_thread(set_flush_level, database_server, before)
