"""Check of the bus between servers."""

import asyncio
from collections.abc import Iterator

from app import redis_url
from app.cli.doctor.check import Check
from app.config import Settings

NAME = "Redis"


def check_redis(settings: Settings) -> Iterator[Check]:
    """Whether the Redis of REDIS_URL answers; nothing where none is named."""
    url = settings.redis_url.get_secret_value()
    if not url:
        return
    # An extra, and of no use to a server alone.
    from app.bus.redis_check import failure_of  # noqa: PLC0415

    failure = asyncio.run(failure_of(redis_url.read(url)))
    if failure is None:
        yield Check(NAME, True, "it answers")
    else:
        advice = (
            "start it, or correct REDIS_URL; meanwhile servers see of each other what is stored"
        )
        yield Check(NAME, False, failure, advice)
