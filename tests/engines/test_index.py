"""Beside a neighbour with very many newer rows a page reads what it shows, and little more."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, get_args

import pytest
from sqlalchemy import Connection, Table, insert, select, text

from app.database import table_of
from app.models import AuditEvent, Message, UsageAttempt, utc_now
from app.schemas.message import Direction, HistoryPlace
from app.services.audit import events
from app.services.generation.context import HIDDEN_MAX, Past, read_prompt
from app.services.messages import service
from app.services.transfer import rows as transfer
from app.services.transfer import whole_rows
from app.services.usage import attempts
from tests.messages.test_long_histories import lengthen, multiply
from tests.support.rows_read import rows_read
from tests.support.server import RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

OWN = 3_000
EVENTS = 300  # fewer: each is sealed
DOUBLED = 4
"""So often the neighbour's rows: sixteen times as many as one's own."""
PAGE = 20
MOST = 20 * PAGE

_message = table_of(Message)
_event = table_of(AuditEvent)
_attempt = table_of(UsageAttempt)
Read = Callable[[Connection], object]


@pytest.mark.databases("mysql", "mariadb")
async def test_a_page_reads_what_it_shows(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    eve = await server.person_with_model(upstream.url)
    database = server.app.state.services.database
    versions, long = await ada.conversation(), await ada.conversation()
    first = (await ada.say(versions, "hello")).json()["message"]["id"]
    await database.write(multiply, first, OWN)
    await ada.say(long, "hello")
    ids = await database.write(lengthen, long, OWN)
    foreign = await eve.conversation()
    await eve.say(foreign, "hello")
    await database.write(lengthen, foreign, OWN)
    for person in (ada, eve):
        await person.get("/usage")  # so that what was used is in the ledger
        await database.write(many, person.id)
    for _ in range(DOUBLED):
        await database.write(double, _message, _message.c.conversation_id == foreign)
        await database.write(double, _attempt, _attempt.c.user_id == eve.id)
        await database.write(double, _event, _event.c.user_id == eve.id)
    await database.write(analyze)

    middle, newest = ids[OWN // 2], 2**62
    head = await database.read(transfer.head, ada.id, long)
    whole, _ = await database.read(whole_rows.begin, ada.id, long)
    event, attempt = await database.read(middle_of, ada.id)
    past = Past(long, newest, None, ada.id, b"")
    reads: dict[str, Read] = {
        "newest": lambda c: service._page(c, ada.id, long, PAGE, HistoryPlace()),
        "prompt": lambda c: read_prompt(c, past, 500),
        "export": lambda c: transfer.part(c, head, 0, PAGE),
        "all versions": lambda c: whole_rows.part(c, whole, middle, PAGE),
        "conversations": lambda c: whole_rows.page(c, ada.id, None),
        "versions": lambda c: service._nearest(
            c, service._BESIDE, {"in_conversation": versions, "under": None, "place": newest}, PAGE
        ),
        "events": lambda c: events.page_of(c, ada.id, PAGE, None),
        "earlier events": lambda c: events.page_of(c, ada.id, PAGE, event),
        "requests": lambda c: attempts.page(c, ada.id, PAGE, None),
        "earlier requests": lambda c: attempts.page(c, ada.id, PAGE, attempt),
    }
    for way in get_args(Direction):
        place = HistoryPlace(way, middle)
        reads[way] = partial(
            service._page, user_id=ada.id, conversation_id=long, limit=PAGE, place=place
        )
    counted = {name: await database.read(rows_read, read) for name, read in reads.items()}
    assert {name: count for name, count in counted.items() if count > MOST} == {}
    # Of what is not shown no more is looked through, and counted, where nothing was deleted.
    beside = Past(versions, newest, None, ada.id, b"")
    looked = await database.read(rows_read, lambda c: read_prompt(c, beside, 500))
    assert looked < 2 * HIDDEN_MAX + MOST < OWN


def many(connection: Connection, user_id: int) -> None:
    """Put events of a user, and requests like one of theirs."""
    now = utc_now()
    event = {"user_id": user_id, "action": "login", "outcome": "ok", "at": now}
    connection.execute(insert(_event), [event] * EVENTS)
    theirs = select(_attempt).where(_attempt.c.user_id == user_id).limit(1)
    like = dict(connection.execute(theirs).one()._mapping)
    del like["id"]
    rows = [like | {"started_at": now - timedelta(seconds=n), "message_id": n} for n in range(OWN)]
    connection.execute(insert(_attempt), rows)


def double(connection: Connection, table: Table, which: Any) -> None:
    columns = [column for column in table.columns if column.name not in ("id", "client_id", "seq")]
    same = select(*columns).where(which)
    connection.execute(insert(table).from_select([column.name for column in columns], same))


def analyze(connection: Connection) -> None:
    for table in (_message, _event, _attempt):
        connection.execute(text(f"ANALYZE TABLE {table.name}")).all()


def middle_of(connection: Connection, user_id: int) -> tuple[int, attempts.AttemptPlace]:
    """An event and a request that are older than half of the others."""
    event = select(_event.c.id).where(_event.c.user_id == user_id).order_by(_event.c.id)
    request = select(_attempt.c.started_at, _attempt.c.id).where(_attempt.c.user_id == user_id)
    in_order = request.order_by(_attempt.c.started_at).offset(OWN // 2).limit(1)
    found = connection.execute(in_order).one()
    return (
        connection.execute(event.offset(EVENTS // 2).limit(1)).scalar_one(),
        attempts.AttemptPlace(found.started_at, found.id),
    )
