"""Whatever becomes of a request, it is one row: random ones, stopped, cut, refused, repeated, and
processes killed meanwhile, against a model server that writes down what it saw."""

import asyncio
import random
import re
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.engine import URL

from app.database import table_of
from app.errors import Interrupted
from app.models import Generation, Message, UsageAttempt, UsageDay
from app.services.usage.sums import COUNTS
from tests.conftest import StartServer
from tests.faults.scale import scaled
from tests.faults.watching import eventually
from tests.support.migrated import migrated_database
from tests.support.server import Person, RunningServer
from tests.support.server_process import ServerProcess, server_process
from tests.support.upstream import ScriptedUpstream
from tests.support.upstream_exchange import FOR_TITLES_TOO, SCENARIOS, Exchange, completion

pytestmark = pytest.mark.anyio

REQUESTS = scaled(60, soak=1_000)
KILLS = scaled(2, soak=25)
PEOPLE = 6
MODEL = "random"
NUMBERED = re.compile(r"#(\d+):(\w+)#")
PROMPTS_FROM = 1_000
KINDS = (
    *("ok", "ok", "ok", "stop_before", "stop_after", "cut", "drop", "limited"),
    *("retry", "no_options", "no_usage", "error", "empty"),
)
SETTINGS = {
    "CHECKPOINT_SECONDS": "0.1",
    "REAP_AFTER_SECONDS": "10",  # however busy the machine is: who lives is not taken for dead
    "TITLE_TIMEOUT_SECONDS": "60",
}


@dataclass(slots=True)
class Seen:
    """One request as the model server saw it. `prompt_tokens`: what it said of it, if it did."""

    number: int
    is_title: bool
    prompt_tokens: int | None = None


@dataclass(slots=True)
class Log:
    """All of them, and the messages whose process was killed, then or later."""

    seen: list[Seen] = field(default_factory=list)
    killed: set[int] = field(default_factory=set)
    times: Counter[int] = field(default_factory=Counter)
    told: int = 0

    def begin(self, exchange: Exchange) -> tuple[Seen, str]:
        found = NUMBERED.search(exchange.request.last_user_text)
        assert found is not None
        seen = Seen(int(found[1]), exchange.request.is_title)
        self.seen.append(seen)
        self.times[seen.number] += not seen.is_title
        return seen, "ok" if seen.is_title else found[2]

    async def usage(self, seen: Seen, exchange: Exchange) -> None:
        """What it used, told by a number that tells it from all others."""
        self.told += 1
        tokens = PROMPTS_FROM + self.told
        counts = {"prompt_tokens": tokens, "completion_tokens": 2, "total_tokens": tokens + 2}
        await exchange.event({"choices": [], "usage": counts})
        seen.prompt_tokens = tokens


@contextmanager
def playing(log: Log) -> Iterator[None]:
    """Requests to the model are answered by what stands in their messages."""

    async def play(exchange: Exchange) -> None:
        seen, kind = log.begin(exchange)
        is_first = log.times[seen.number] == 1
        if kind == "limited":
            await exchange.error(429, "Slow down", "rate_limit_exceeded")
        elif kind == "retry" and is_first:
            await exchange.error(503, "Loading model")
        elif kind == "no_options" and "stream_options" in exchange.request.body:
            await exchange.error(400, "Unknown parameter: stream_options")
        elif kind == "drop":
            await exchange.drop()
        else:
            await stream(log, seen, kind, exchange)

    SCENARIOS[MODEL] = play
    FOR_TITLES_TOO.add(MODEL)
    try:
        yield
    finally:
        del SCENARIOS[MODEL]
        FOR_TITLES_TOO.discard(MODEL)


async def stream(log: Log, seen: Seen, kind: str, exchange: Exchange) -> None:
    """A reply, as far as it goes."""
    await exchange.head()
    if kind == "stop_before":
        await asyncio.Event().wait()
    if kind == "error":
        await exchange.event({"error": {"message": "overloaded", "code": 503}})
        await exchange.end()
        return
    for word in () if kind == "empty" else ("Well", " then"):
        await exchange.delta(word)
        await asyncio.sleep(0.01)
    if kind == "stop_after":
        await asyncio.Event().wait()
    if kind == "cut":
        await exchange.drop()
        return
    await exchange.event(completion({"delta": {}, "finish_reason": "stop"}))
    if kind not in ("no_usage", "no_options"):
        await log.usage(seen, exchange)
    await exchange.chunk(b"data: [DONE]\n\n")
    await exchange.end()


class Fleet:
    """Two processes on one database, of which one is killed now and then."""

    def __init__(self, stack: AsyncExitStack, database_url: str, log: Log) -> None:
        self._stack, self._url, self._log = stack, database_url, log
        self.processes: list[ServerProcess] = []
        self.asked: dict[int, ServerProcess] = {}

    async def start(self) -> None:
        begun = server_process(self._url, **SETTINGS)
        self.processes.append(await self._stack.enter_async_context(begun))

    def one_for(self, number: int) -> ServerProcess:
        process = random.choice(self.processes)
        self.asked[number] = process
        return process

    async def kill_one(self) -> None:
        """Whatever is under way in it, titles included."""
        await self.start()
        process = self.processes.pop(0)
        process.kill(signal.SIGKILL)
        self._log.killed |= {number for number, asked in self.asked.items() if asked is process}
        await process.exited()


async def ask(fleet: Fleet, person: Person, number: int, kind: str, log: Log) -> None:
    """Send a message, and stop its reply where it waits for that."""
    me = fleet.one_for(number).seen_by(person)

    async def say() -> None:
        conversation = await me.conversation()
        stopping = asyncio.create_task(stop(conversation)) if kind.startswith("stop") else None
        await me.say(conversation, f"Please #{number}:{kind}#")
        if stopping is not None:
            await stopping

    async def stop(conversation: int) -> None:
        async def has_arrived() -> bool:
            return bool(log.times[number]) or number in log.killed

        await eventually(has_arrived)
        await asyncio.sleep(random.random() / 20)
        with suppress(httpx2.HTTPError, ConnectionError):
            await me.post(f"/conversations/{conversation}/stop")

    with suppress(httpx2.HTTPError, ConnectionError):
        await say()


async def all_asked(fleet: Fleet, people: list[Person], log: Log) -> None:
    numbers = iter(range(1, REQUESTS + 1))
    kills = {REQUESTS * n // (KILLS + 1) for n in range(1, KILLS + 1)}

    async def ask_on(person: Person) -> None:
        for number in numbers:
            await ask(fleet, person, number, random.choice(KINDS), log)
            if number in kills:
                await fleet.kill_one()

    await asyncio.gather(*map(ask_on, people))


async def test_each_request_is_one_row(
    start_server: StartServer, database_url: str, upstream: ScriptedUpstream
) -> None:
    log = Log()
    with playing(log):
        async with AsyncExitStack() as stack:
            here = await start_server(database_url=database_url)
            people = [await here.person_with_model(upstream.url, MODEL) for _ in range(PEOPLE)]
            fleet = Fleet(stack, database_url, log)
            await fleet.start()
            await fleet.start()
            await all_asked(fleet, people, log)
            await all_over(here, log)
        await here.app.state.services.database.write(let_time_pass)
        await all_added_up(here)
        found = await here.app.state.services.database.read(rows)
    compare(log, found)
    sums, days = await here.app.state.services.database.read(added_up)
    assert sums == days


async def all_over(here: RunningServer, log: Log) -> None:
    """Every reply has ended, and so have the titles of processes that live."""

    async def are_over() -> bool:
        missing = await here.app.state.services.database.read(under_way)
        return bool(missing <= log.killed)

    async def are_ended() -> bool:
        return not await here.app.state.services.database.read(running_replies)

    await eventually(are_ended)
    await eventually(are_over)


async def all_added_up(here: RunningServer) -> None:
    """By this server's own task, too, which nobody waits for."""

    async def is_done() -> bool:
        await here.app.state.services.fold.all()
        return bool(await here.app.state.services.database.read(left_over) == 0)

    await eventually(is_done)


def running_replies(connection: Connection) -> int:
    running = select(func.count()).where(Generation.running_conversation_id.is_not(None))
    return connection.execute(running).scalar_one()


def under_way(connection: Connection) -> set[int]:
    """The messages whose reply is whole and has no title yet, or is asked for one again."""
    whole = select(Message.conversation_id).where(
        Message.sender == "assistant", Message.status == "complete"
    )
    titles = select(UsageAttempt.conversation_id).where(UsageAttempt.purpose == "title")
    running = titles.where(UsageAttempt.status == "running")
    wanted, titled, asked = (
        {*connection.execute(each).scalars()} for each in (whole, titles, running)
    )
    numbers = numbers_of(connection)
    return {numbers[conversation] for conversation in (wanted - titled) | asked}


def let_time_pass(connection: Connection) -> None:
    """Of titles whose process died, it is over by now."""
    attempt = table_of(UsageAttempt)
    late = attempt.update().where(attempt.c.due_at.is_not(None))
    connection.execute(late.values(due_at=attempt.c.started_at))


def left_over(connection: Connection) -> int:
    """What still holds something back, or is not added up."""
    open_attempts = select(func.count()).where(
        UsageAttempt.due_at.is_not(None) | UsageAttempt.reserved_tokens.is_not(None)
    )
    open_replies = select(func.count()).where(
        (Generation.counted == 0) | Generation.reserved_tokens.is_not(None)
    )
    return sum(connection.execute(each).scalar_one() for each in (open_attempts, open_replies))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the ledger, with the number of its message."""

    number: int
    is_title: bool
    status: str
    prompt_tokens: int
    counted_by: str | None
    was_interrupted: bool

    @property
    def kind(self) -> tuple[int, bool]:
        """What it was made for."""
        return self.number, self.is_title


def numbers_of(connection: Connection) -> dict[int, int]:
    """The numbers of messages, by their conversations."""
    asked = select(Message.conversation_id, Message.content).where(Message.sender == "user")
    numbers: dict[int, int] = {}
    for conversation_id, content in connection.execute(asked):
        found = NUMBERED.search(content)
        assert found is not None
        numbers[conversation_id] = int(found[1])
    return numbers


def rows(connection: Connection) -> list[Row]:
    numbers = numbers_of(connection)
    return [
        Row(
            numbers[row.conversation_id],
            row.purpose == "title",
            row.status,
            row.prompt_tokens,
            row.counted_by,
            row.error_code == Interrupted.code,
        )
        for row in connection.execute(select(table_of(UsageAttempt)))
    ]


def compare(log: Log, found: list[Row]) -> None:
    seen = Counter((each.number, each.is_title) for each in log.seen)
    written = Counter(row.kind for row in found)
    broken_off = Counter(row.kind for row in found if row.was_interrupted)
    assert not seen - written, "requests without a row"
    # A process may be killed between writing a request down and sending it: then its row says that
    # nobody knows whether it left. And a connection that was kept may be closed before a request
    # has come.
    unconfirmed = Counter(row.kind for row in found if row.status == "unconfirmed")
    unread = Counter(row.kind for row in found if row.status == "failed" and not row.counted_by)
    assert not (written - seen) - unconfirmed - unread, "rows without a request"
    assert {row.number for row in found if row.status == "unconfirmed"} <= log.killed
    unharmed = [row for row in found if row.was_interrupted and row.number not in log.killed]
    assert not unharmed, "rows of processes that lived"
    assert set(range(1, REQUESTS + 1)) - {each.number for each in log.seen} <= log.killed
    told = {each.prompt_tokens: each for each in log.seen if each.prompt_tokens is not None}
    counted = {row.prompt_tokens for row in found if row.counted_by == "provider"}
    assert counted <= told.keys(), "counts that nobody told"
    lost = Counter((told[n].number, told[n].is_title) for n in told.keys() - counted)
    assert not lost - broken_off, [row for row in found if row.kind in lost - broken_off]
    others = {row.counted_by for row in found if row.prompt_tokens < PROMPTS_FROM}
    assert others <= {"estimate", None}


def added_up(connection: Connection) -> tuple[list[Any], list[Any]]:
    """The same sums, over the requests and over the days."""
    names = [name for name in COUNTS if name.endswith("_tokens")]
    attempts = select(
        func.count(), *(func.coalesce(func.sum(getattr(UsageAttempt, n)), 0) for n in names)
    )
    days = select(
        func.sum(UsageDay.attempts), *(func.sum(getattr(UsageDay, name)) for name in names)
    ).where(UsageDay.zone_id == 0)
    one, other = (connection.execute(each).one() for each in (attempts, days))
    return [int(value) for value in one], [int(value) for value in other]


@pytest.fixture
def database_url(database_server: URL, tmp_path: Path) -> Iterator[str]:
    with migrated_database(database_server, tmp_path) as url:
        yield url
