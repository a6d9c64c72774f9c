"""The audit log of a server, as its operator finds it."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, select, text

from app.encryption import HeadSigner
from app.migration import sync_engine
from app.models import AuditEvent
from app.services.audit.verify import Report, Witness, verify
from tests.support.backups import settings
from tests.support.server import ENCRYPTION_KEY, Person, RunningServer

Event = dict[str, Any]


async def events(server: RunningServer, **wanted: Any) -> list[Event]:
    """Every row that has these values, oldest first, once all there is to write is written."""
    await server.app.state.services.audit.close()

    def read(connection: Connection) -> list[Event]:
        rows = connection.execute(select(*AuditEvent.__table__.columns).order_by(AuditEvent.id))
        return [{**row._mapping, "detail": orjson.loads(row.detail or "{}")} for row in rows]

    found: list[Event] = await server.app.state.services.database.read(read)
    return [event for event in found if wanted.items() <= event.items()]


async def outcomes(person: Person) -> list[tuple[str, str]]:
    """What was done to a user's account, oldest first: actions and outcomes."""
    rows = await events(person.server, user_id=person.id)
    return [(row["action"], row["outcome"]) for row in rows]


def verified(
    url: str,
    key: str = ENCRYPTION_KEY,
    witness: Witness | None = None,
    tampering: Sequence[str] = (),
) -> Report:
    """What `audit verify` finds, in this process; the tampering before it is taken back after."""
    engine = sync_engine(settings(url))
    with engine.connect() as connection:
        for statement in tampering:
            connection.execute(text(statement))
        report = verify(connection, HeadSigner([key]), witness)
        connection.rollback()
    engine.dispose()
    return report


def tamper(url: str, *statements: str) -> None:
    """Change the database behind the server's back, as whoever got hold of it."""
    engine: Engine = sync_engine(settings(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
