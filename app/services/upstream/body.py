"""How the body of a response is read: decoded as it comes, or kept whole up to a limit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from app.errors import ReplyError, UpstreamBadResponse, UpstreamInterrupted, UpstreamTimeout
from app.services.upstream.chat_stream import ChatStream
from app.services.upstream.pace import Pace
from app.services.upstream.transport import BODY_EXTENSION, Body


def body_of(answer: httpx2.Response) -> Body:
    body = answer.extensions.get(BODY_EXTENSION)
    if not isinstance(body, Body):
        raise UpstreamBadResponse
    return body


async def decode(body: Body, stream: ChatStream, pace: Pace) -> None:
    try:
        await body.pump(stream.feed, pace.mark)
    except UpstreamInterrupted:
        if not stream.may_end:
            raise
    stream.close()
    pace.mark()


async def read_whole(body: Body, limit: int, too_long: type[ReplyError]) -> bytes:
    data = bytearray()

    def take(chunk: bytes) -> bool:
        data.extend(chunk)
        if len(data) > limit:
            raise too_long
        return False

    await body.pump(take)
    return bytes(data)


@asynccontextmanager
async def at_most(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise UpstreamTimeout from None
