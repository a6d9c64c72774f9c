"""The FastAPI application: what is mounted, in which order, and how it starts and stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from app import __version__
from app.config import Settings
from app.connections.sockets import SocketRegister
from app.connections.stalled import StalledResponses, WatchResponses
from app.connections.streams import StreamRegister
from app.errors import AppError, InvalidToken, ServerRestarting
from app.logs import configure_logs, log
from app.middleware.budget import RateLimit
from app.middleware.context import RequestContext
from app.middleware.failures import EndWithServer, Faults
from app.middleware.headers import SecurityHeaders
from app.middleware.hosts import AllowedHosts
from app.middleware.https import ForceHttps
from app.middleware.limits import BodyLimit, BodyTimeout, HeadLimit
from app.migration import migrate, require_schema
from app.ratelimit import RateLimits
from app.responses import install_error_handlers
from app.routers import (
    audit,
    auth,
    chat,
    config,
    conversations,
    health,
    messages,
    metrics,
    pages,
    passwords,
    sessions,
    socket,
)
from app.routers.web_page import page_routes
from app.schemas.document import with_events
from app.secret_files import with_local_secrets
from app.services.container import Services, build_services
from app.shutdown import GracefulSignals
from app.time_limits import TimeLimits
from app.tracing import begin_tracing, end_tracing
from app.utils.tasks import stop_tasks

CLOSE_SECONDS = 2
HURRY_SECONDS = 1
REQUEST_SECONDS = 1.5
"""Longer than the database has: what waits for that is told so."""


class Api(FastAPI):
    """The application, its OpenAPI document with the socket's events in it."""

    def openapi(self) -> dict[str, Any]:
        """The API for programs, made on first use."""
        known = self.openapi_schema
        return known or with_events(super().openapi())


def create_app(settings: Settings | None = None, page: Path | None = None) -> FastAPI:
    """The application. Reads no file and connects nowhere before it starts.

    `page` is the folder of the built web page, where it is not the usual one.
    """
    settings = settings or Settings()
    limits = RateLimits(settings)
    app = Api(
        title="Chat Backend",
        version=__version__,
        description="Chat with your own OpenAI-compatible model. The whole contract: docs/api.md.",
        openapi_url=None,  # served by routers/pages.py
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # The framework's own spans and logs tell queries and the texts of exceptions.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.page = page
    app.state.rate_limits = limits
    app.state.sockets = SocketRegister(settings.max_sockets_per_user, settings.send_timeout_seconds)
    app.state.streams = StreamRegister(settings.max_sockets_per_user)
    app.state.requests = TimeLimits(None)
    app.state.responses = StalledResponses(settings.send_timeout_seconds)
    # Last added is outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(BodyTimeout, seconds=settings.request_timeout_seconds)
    app.add_middleware(RateLimit, limits=limits)
    app.add_middleware(EndWithServer, requests=app.state.requests)
    app.add_middleware(Faults)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["Retry-After", "X-Request-ID"],
        )
    if settings.force_https:
        app.add_middleware(ForceHttps, hosts=settings.allowed_hosts)
    app.add_middleware(AllowedHosts, hosts=settings.allowed_hosts)
    app.add_middleware(HeadLimit)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(WatchResponses, stalled=app.state.responses)
    app.add_middleware(RequestContext, settings=settings)
    install_error_handlers(app)
    for module in (auth, audit, sessions, passwords, config, conversations, chat, messages, socket):
        app.include_router(module.router)
    for module in (health, metrics, pages):
        app.include_router(module.router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = await asyncio.to_thread(with_local_secrets, app.state.settings)
    app.state.settings = settings
    configure_logs(settings)
    if settings.otel_exporter_otlp_endpoint:
        await asyncio.to_thread(_trace, settings.otel_exporter_otlp_endpoint)
    await asyncio.to_thread(migrate if settings.auto_migrate else require_schema, settings)
    # In front, so that a built page stands at `/` in place of the plain one.
    app.router.routes[:0] = await asyncio.to_thread(page_routes, app.state.page)
    services = await asyncio.to_thread(build_services, settings)
    app.state.services = services
    await services.open()
    signals = GracefulSignals(
        lambda: _drain(app, settings.drain_seconds), lambda: _cut_off_stragglers(app)
    )
    signals.install()
    sweeper = asyncio.create_task(_sweep(app, services), name="sweeper")
    try:
        yield
    finally:
        signals.restore()
        await stop_tasks(sweeper)
        await services.close()
        await asyncio.to_thread(end_tracing)


def _trace(endpoint: str) -> None:
    """Send spans to an OTLP collector's base URL; blocks while the SDK is loaded."""
    try:
        # An extra, and slow to load: only where a collector is named.
        from app.telemetry import Telemetry  # noqa: PLC0415
    except ModuleNotFoundError:
        log.warning("traces_are_not_sent", advice="install chat-backend[otel]")
    else:
        begin_tracing(Telemetry(endpoint))


async def _drain(app: FastAPI, grace_seconds: float) -> None:
    await app.state.services.supervisor.drain(grace_seconds)
    app.state.services.database.hurry(HURRY_SECONDS)
    app.state.streams.end_all(ServerRestarting())
    app.state.requests.hurry(REQUEST_SECONDS)
    await app.state.sockets.end_all(ServerRestarting(), CLOSE_SECONDS)


async def _cut_off_stragglers(app: FastAPI) -> None:
    """Cuts who does not take what they were told, those included that came in the last moment."""
    while True:
        await asyncio.sleep(HURRY_SECONDS)
        app.state.sockets.abort_all()
        app.state.responses.abort_all()


async def _sweep(app: FastAPI, services: Services) -> None:
    """Ends what is over: token expired, session ended, user disabled, client asleep."""
    sockets: SocketRegister = app.state.sockets
    streams: StreamRegister = app.state.streams
    while True:
        await asyncio.sleep(app.state.settings.session_check_seconds)
        try:
            sockets.abort_stalled()
            app.state.responses.abort_stalled()
            sockets.end_expired(InvalidToken())
            if shown := sockets.sessions | streams.sessions:
                over = shown - await services.sessions.live(shown)
                sockets.end_sessions(over, InvalidToken())
                streams.end_sessions(over, InvalidToken())
        except AppError as error:
            log.debug("sweep_failed", code=error.code)
        except Exception:
            log.exception("sweep_failed")


app = create_app()
