"""How the tests look at refusals: the one shape of an answer, and the end of a socket."""

from contextlib import suppress
from typing import Any

import httpx2
import orjson
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.support.patience import promised

CLOSE_SECONDS = 5
"""The promise: whoever loses the right to a socket loses the socket within this time."""


def assert_refused(answer: httpx2.Response, status: int, code: str) -> None:
    """The answer is this refusal, in the shape of all refusals."""
    context = f"{answer.request.method} {answer.request.url} → {answer.status_code} {answer.text}"
    assert answer.status_code == status, context
    body = answer.json()
    told = {"reason"} if code in ("model_url_not_allowed", "cap_reached") else set()
    told |= {"fields"} & set(body) if code == "invalid_input" else set()
    assert set(body) == {"detail", "code"} | told, context
    assert body["code"] == code, context
    assert isinstance(body["detail"], str) and body["detail"], context


async def last_words(connection: ClientConnection) -> tuple[list[dict[str, Any]], int]:
    """What a socket still says until the server closes it, and the close code."""
    events = []
    async with promised(CLOSE_SECONDS):
        with suppress(ConnectionClosed):
            while True:
                events.append(orjson.loads(await connection.recv()))
    return events, connection.close_code or 0
