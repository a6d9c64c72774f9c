"""Connections that clients keep are told that the server ends, before it closes them."""

import asyncio
import signal

import pytest

from tests.faults.watching import eventually
from tests.support.patience import PATIENCE_SECONDS
from tests.support.refusals import assert_refused
from tests.support.server_process import SERVERS, server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

NEVER = str(10 * PATIENCE_SECONDS)


@pytest.mark.parametrize("program", SERVERS)
async def test_whoever_asks_on_is_told_that_the_connection_ends(
    upstream: ScriptedUpstream, database_url: str, program: str
) -> None:
    """Who sends a request at the moment when a connection is closed cannot know whether it was
    taken: so each answer of the last seconds says that none is to follow (RFC 9112 §9.6)."""
    async with server_process(database_url, None, program, DRAIN_SECONDS=NEVER) as process:
        ada = await process.person_with_model(upstream.url, "hold")
        conversation = await ada.conversation("named")
        async with ada.socket(conversation) as viewer:
            await viewer.send(type="message", content="hello")
            await viewer.until("chunk")
            assert "connection" not in (await ada.get("/conversations")).headers
            process.kill(signal.SIGTERM)

            async def is_told() -> bool:
                answer = await ada.get("/conversations")
                assert answer.status_code == 200
                return answer.headers.get("connection") == "close"

            await eventually(is_told)
            refused = await ada.say(await ada.conversation(), "too late")
            assert_refused(refused, 503, "server_restarting")
            for answer in (refused, await ada.get("/nowhere"), await ada.get("/health/ready")):
                assert answer.headers["connection"] == "close"
            upstream.release()
            await viewer.until("done")
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await process.exited() in (0, -signal.SIGTERM)
