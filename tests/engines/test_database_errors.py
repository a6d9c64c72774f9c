"""What a database refuses is told with the words of its driver as the cause."""

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from app.database import table_of
from app.models import SchemaInfo
from tests.support.server import RunningServer

pytestmark = pytest.mark.anyio


async def test_a_broken_constraint_keeps_its_cause(server: RunningServer) -> None:
    def write_twice(connection: Connection) -> None:
        table = table_of(SchemaInfo)
        row = connection.execute(select(table)).mappings().one()
        connection.execute(insert(table).values(**row))

    with pytest.raises(IntegrityError) as refused:
        await server.app.state.services.database.write(write_twice)
    assert refused.value.__cause__ is refused.value.orig
