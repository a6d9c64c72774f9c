"""What a year of very many requests costs whoever looks at their sums, beside one of a few."""

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from benchmarks.figures import at_most, median
from benchmarks.flow import quiet
from benchmarks.lab import Lab
from benchmarks.rows import SEQUENCE, Rows
from benchmarks.servers import Server, User, chat_server

YEAR = timedelta(days=365)
FEW, MODELS = 1_000, 3
LIMIT = 2.0
ZONE = "Asia/Kathmandu"
"""Whose days begin at a quarter of an hour of UTC."""

TARGETS = text("""
    INSERT INTO usage_target (user_id, hash, connection_id, model_name, is_shared)
    VALUES (:user, :hash, 1, :name, 0)
""")
TIME = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', {at}, 'unixepoch')",
    "mysql": "TIMESTAMPADD(SECOND, {at}, '1970-01-01 00:00:00')",
}
DIV = {"sqlite": "({a} / {b})", "mysql": "({a} DIV {b})"}
ATTEMPTS = """
    INSERT INTO usage_attempt
        (user_id, target_id, purpose, status, started_at, slot, fold, prompt_tokens,
         completion_tokens, counted_by, price_source, cost_nano)
    {sequence}
    SELECT :user, :target + n % {models}, 'reply', 'complete', {time}, {slot}, 1, 100 + n % 7,
           20 + n % 5, 'provider', 'table', 1000 + n % 11
    FROM (SELECT n, :first + {div} AS at FROM sequence) AS times
"""
DAYS = """
    INSERT INTO usage_day
        (user_id, zone_id, day, target_id, key_id, attempts, messages, estimated, unpriced,
         prompt_tokens, cached_tokens, cache_write_tokens, completion_tokens, reasoning_tokens,
         cost_nano)
    SELECT user_id, 0, {day}, target_id, 0, COUNT(*), COUNT(*), 0, 0, SUM(prompt_tokens), 0, 0,
           SUM(completion_tokens), 0, SUM(cost_nano)
    FROM usage_attempt WHERE user_id = :user GROUP BY user_id, {day}, target_id
"""
ZONES = text("""
    INSERT INTO usage_zone (user_id, name, asked_at, folds)
    VALUES (:user, 'UTC', '2026-01-01 00:00:00.000000', 1)
""")


async def usage(lab: Lab) -> None:
    """The sums of a year, by day in UTC and in a zone of one's own, and by model."""
    many = lab.sizes.account
    for name in lab.databases:
        folder = lab.place()
        url = lab.fresh_database(name, folder)
        async with chat_server(lab.upstream.url, url, folder, users=2) as server:
            with closing(Rows(url)) as rows:
                for user, count in zip(server.users, (many, FEW), strict=True):
                    _add_year(rows, user.id, count)
            for query in ("by=day&split=model", f"by=day&tz={ZONE}", "by=model"):
                long, short = await _by_turns(lab, server, query)
                what = f"GET /usage?{query} of a year, {many:,} requests beside {FEW:,}: {name}"
                lab.note(what, long, "ms", at_most(LIMIT, "ratio"), long / short, "few")


def _add_year(rows: Rows, user_id: int, count: int) -> None:
    """Requests of one user, spread evenly over the last year, and added up by day in UTC."""
    dialect = rows.engine.dialect.name
    div = DIV[dialect]
    first = int((datetime.now(UTC) - YEAR).timestamp()) + 3600
    attempts = ATTEMPTS.format(
        sequence=SEQUENCE,
        models=MODELS,
        time=TIME[dialect].format(at="at"),
        slot=div.format(a="at", b=900),
        div=div.format(a=f"n * {int(YEAR.total_seconds()) - 7200}", b=":count"),
    )
    days = DAYS.format(day=div.format(a="slot", b=96))
    with rows.engine.begin() as connection:
        rows.allow(connection, count)
        found = [
            connection.execute(
                TARGETS,
                {"user": user_id, "hash": f"{user_id}-{n}".encode(), "name": f"model-{n}"},
            ).lastrowid
            for n in range(MODELS)
        ]
        of = {"user": user_id, "target": found[0], "first": first, "count": count}
        connection.execute(text(attempts), of)
        connection.execute(text(days), {"user": user_id})
        connection.execute(ZONES, {"user": user_id})


async def _by_turns(lab: Lab, server: Server, query: str) -> tuple[float, float]:
    """Median milliseconds of the user with many requests and of the one with few."""
    to = datetime.now(UTC).date()
    path = f"/usage?{query}&from={to - YEAR + timedelta(days=1)}&to={to}"
    many, few = server.users[0], server.users[1]

    async def ask(user: User) -> float:
        began = time.perf_counter()
        await server.request(user, "GET", path)
        return (time.perf_counter() - began) * 1000

    await ask(many), await ask(few)  # a zone that is asked for first is added up then
    with quiet():
        times = [(await ask(many), await ask(few)) for _ in range(lab.sizes.requests)]
    return median([long for long, _ in times]), median([short for _, short in times])
