"""`/metrics`: what this server counts, all its workers together, for Prometheus."""

import asyncio
from hmac import compare_digest
from ipaddress import ip_address

from fastapi import APIRouter, Request, Response

from app.errors import InvalidToken, NotFound
from app.numbers import Numbers
from app.routers.http.responses import Responses, errors
from app.state import app_state

PLAIN_TEXT: Responses = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
PROXIED = {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"} | {
    "x-real-ip"
}

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response, responses=PLAIN_TEXT | errors(401, 404))
async def metrics(request: Request) -> Response:
    """The numbers of this server, for who has `METRICS_TOKEN` or, without one, sits beside it."""
    _check_reader(request)
    numbers = await app_state(request.scope).gathering.together()
    return await asyncio.to_thread(_rendered, numbers)


def _rendered(numbers: Numbers) -> Response:
    # Loaded for the first reader: 2.4 MB that a process nobody scrapes does without.
    from app.exposition import CONTENT_TYPE, render  # noqa: PLC0415

    return Response(render(numbers), media_type=CONTENT_TYPE)


def _check_reader(request: Request) -> None:
    expected = app_state(request.scope).settings.metrics_token.get_secret_value()
    if expected:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not compare_digest(token.encode(), expected.encode()):
            raise InvalidToken
    elif not _is_beside_us(request):
        raise NotFound


def _is_beside_us(request: Request) -> bool:
    """Whether the request came from this machine, and not through a proxy on it."""
    peer = request.client.host if request.client else ""
    try:
        return ip_address(peer).is_loopback and PROXIED.isdisjoint(request.headers.keys())
    except ValueError:
        return False
