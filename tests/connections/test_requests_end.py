"""When the server ends, a request that is not answered is told so, and half an answer is cut."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from tests.conftest import StartServer
from tests.support.patience import PATIENCE_SECONDS
from tests.support.refusals import assert_refused

pytestmark = pytest.mark.anyio

SOON_SECONDS = 0.1


async def begun(request: Request) -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"half"
        await asyncio.Event().wait()

    return StreamingResponse(parts())


@pytest.mark.databases("sqlite")
async def test_what_outlasts_the_server_is_told_or_cut(start_server: StartServer) -> None:
    server = await start_server()
    is_there = asyncio.Event()

    async def unanswered(request: Request) -> None:
        is_there.set()
        await asyncio.Event().wait()

    server.app.router.routes[:0] = [Route("/begun", begun), Route("/unanswered", unanswered)]
    requests = server.app.state.connections.requests
    async with server.http.stream("GET", "/begun") as answer:
        parts = answer.aiter_raw()
        assert await anext(parts) == b"half"
        waiting = asyncio.create_task(server.http.get("/unanswered"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await is_there.wait()
            requests.hurry(SOON_SECONDS)
            with pytest.raises(httpx2.TransportError):
                await anext(parts)
            assert_refused(await waiting, 503, "server_restarting")
