"""How programs are answered: as a whole, or piece by piece as it comes from the model's server.

Both end, and cancel what runs at the model's server, when the client is gone or its key is not good
any more.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import ExitStack
from typing import Any

import orjson
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.errors import AppError
from app.logs import log
from app.responses import error_response, note, told_program
from app.services.gateway.outgoing import OutgoingPieces
from app.services.gateway.service import GatewayService, PreparedRequest

STREAM_HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
}


async def whole(
    work: Coroutine[Any, Any, bytes], receive: Receive, ended: "asyncio.Future[AppError]"
) -> bytes:
    """The result of some work for a client who stays; ClientDisconnect where it does not, and the
    reason where the work must end."""
    task = asyncio.create_task(work)
    gone = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait((task, gone, ended), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ended.result() if ended.done() else ClientDisconnect
    finally:
        gone.cancel()
        await _over(task)


class RelayedStream(Response):
    """The pieces of one answer. Its head goes out with the first of them, so that what fails before
    is answered as a failure; what fails later is the last piece.

    `held` is what the caller has entered for it; it is left at the end.
    """

    def __init__(
        self,
        gateway: GatewayService,
        prepared: PreparedRequest,
        ended: "asyncio.Future[AppError]",
        told: dict[str, str],
        held: ExitStack,
    ) -> None:
        self.background = None
        self._gateway = gateway
        self._prepared = prepared
        self._ended = ended
        self._told = told
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._held:
            outgoing = OutgoingPieces()
            task = asyncio.create_task(self._gateway.stream(self._prepared, outgoing))
            gone = asyncio.create_task(_gone(receive))

            def end(_: object) -> None:
                outgoing.end()
                _cancel(task)  # not later: a client that does not read holds up what sends

            for each in (task, gone, self._ended):
                each.add_done_callback(end)
            try:
                await self._pass_on(scope, receive, send, outgoing, task, gone)
            finally:
                outgoing.end()
                gone.cancel()
                await _over(task)

    async def _pass_on(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        outgoing: OutgoingPieces,
        task: "asyncio.Task[None]",
        gone: "asyncio.Task[None]",
    ) -> None:
        has_begun = False
        while True:
            data = await outgoing.take()
            is_over = outgoing.is_over
            if gone.done():
                return
            failure = self._failure(task) if is_over else None
            if not has_begun:
                if failure is not None and not data:
                    await self._refuse(failure, scope, receive, send)
                    return
                await send(self._head())
                has_begun = True
            if failure is not None:
                data += b"data: " + orjson.dumps(told_program(scope, failure)) + b"\n\n"
            await send({"type": "http.response.body", "body": data, "more_body": not is_over})
            if is_over:
                return

    def _failure(self, task: "asyncio.Task[None]") -> AppError | None:
        """Why an answer that is over is not whole."""
        if not task.done() or task.cancelled():
            return self._ended.result()
        error = task.exception()
        if error is None or isinstance(error, AppError):
            return error
        log.error("relay_failed", exc_info=error)
        return AppError()

    async def _refuse(self, failure: AppError, scope: Scope, receive: Receive, send: Send) -> None:
        note(scope, failure)
        answer = error_response(scope, failure)
        answer.headers.update(self._told)
        await answer(scope, receive, send)

    def _head(self) -> dict[str, Any]:
        headers = {**STREAM_HEADERS, **self._told}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        return {"type": "http.response.start", "status": 200, "headers": raw}


async def _gone(receive: Receive) -> None:
    """Return when the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _over(task: "asyncio.Task[Any]") -> None:
    """Cancel work that still runs, and see it to its end."""
    if not task.done():
        _cancel(task)
        await asyncio.wait((task,))


def _cancel(task: "asyncio.Task[Any]") -> None:
    """Cancel work once: a second time would cut off what it still writes down."""
    if not task.cancelling():
        task.cancel()
