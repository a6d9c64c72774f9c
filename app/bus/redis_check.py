"""Whether a Redis can carry the bus."""

import asyncio

from redis.exceptions import RedisError

from app.bus.redis import client_of
from app.redis_url import RedisPlace

ASK_SECONDS = 3


async def failure_of(place: RedisPlace) -> str | None:
    """What fails when something is said to nobody, None where that goes well. Never what Redis
    itself says: that may hold a name or an address."""
    try:
        async with asyncio.timeout(ASK_SECONDS), client_of(place) as client:
            await client.publish("chat-backend:doctor", b"")
    except (RedisError, OSError, TimeoutError) as error:
        return type(error).__name__
    return None
