"""`/metrics`: what this process counts, for Prometheus."""

import asyncio
from hmac import compare_digest
from ipaddress import ip_address

from fastapi import APIRouter, Request, Response

from app.connections.open import OpenConnections
from app.dependencies.services import ServicesDep
from app.errors import InvalidToken, NotFound
from app.routers.http.responses import Responses, errors
from app.services.container import Services
from app.state import app_state

PLAIN_TEXT: Responses = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
PROXIED = {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"} | {
    "x-real-ip"
}

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response, responses=PLAIN_TEXT | errors(401, 404))
async def metrics(request: Request, services: ServicesDep) -> Response:
    """The numbers of this process, for who has `METRICS_TOKEN` or, without one, sits beside it."""
    _check_reader(request)
    gauges = _gauges(services, app_state(request.scope).connections)
    return await asyncio.to_thread(_rendered, gauges)


def _rendered(gauges: dict[str, tuple[str, float]]) -> Response:
    # Loaded for the first reader: 2.4 MB that a process nobody scrapes does without.
    from app.exposition import CONTENT_TYPE, Exposition  # noqa: PLC0415

    return Response(Exposition(gauges).render(), media_type=CONTENT_TYPE)


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


def _gauges(services: Services, connections: OpenConnections) -> dict[str, tuple[str, float]]:
    load, supervisor = services.database.load, services.supervisor
    bus = services.bus
    return {
        "chat_replies_running": ("Replies that run now", supervisor.running_count),
        "chat_sockets_open": ("Open sockets", len(connections.sockets)),
        "chat_program_requests_open": (
            "Requests that programs have open by their keys",
            len(connections.programs),
        ),
        "chat_checkpoint_lag_seconds": (
            "Since running replies were last saved",
            supervisor.checkpoint_lag,
        ),
        "chat_search_unread": (
            "Messages, at most, that the index of the search has still to read",
            services.reader.behind,
        ),
        "chat_bus_healthy": ("Whether the other processes are heard", float(bus.is_healthy)),
        "chat_bus_peers": ("Processes heard from lately, this one included", bus.peers()),
        "chat_jobs_running": (
            "Background jobs that run now",
            services.jobs.running,
        ),
        "chat_database_running": ("Transactions that run now", load.running),
        "chat_database_waiting": ("Transactions that wait for their turn", load.waiting),
        "chat_database_limit": ("Transactions that can run at once", load.limit),
    }
