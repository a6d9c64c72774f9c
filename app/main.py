"""The FastAPI application: what is mounted, in which order, and how it starts and stops."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from app import __version__
from app.config import Settings
from app.connections.stalled import WatchResponses
from app.logs import configure_logs, log
from app.middleware.budget import RateLimit
from app.middleware.context import RequestContext
from app.middleware.failures import EndWithServer, Faults
from app.middleware.headers import SecurityHeaders
from app.middleware.hosts import AllowedHosts
from app.middleware.https import ForceHttps
from app.middleware.limits import BodyLimit, BodyTimeout, HeadLimit
from app.middleware.origins import ProgramOrigins
from app.migration import migrate, require_schema
from app.responses import install_error_handlers
from app.routers.all import all_routes
from app.routers.web_page import page_routes
from app.schemas.document import with_events
from app.secret_files import with_local_secrets
from app.services.container import build_services
from app.shutdown import GracefulSignals
from app.state import AppState
from app.tracing import begin_tracing, end_tracing
from app.utils.tasks import stop_tasks
from app.workers.gathering import Gathering
from app.workers.place import place_of

EXPOSED = ["Retry-After", "X-Request-ID", "Content-Disposition", "Upload-Offset"]
"""What pages of other origins may read of an answer's headers."""


class Api(FastAPI):
    """The application, its OpenAPI document with the socket's events in it."""

    state: AppState

    def openapi(self) -> dict[str, Any]:
        """The API for programs, made on first use."""
        known = self.openapi_schema
        return known or with_events(super().openapi())


def create_app(settings: Settings | None = None, page: Path | None = None) -> FastAPI:
    """The application. Reads no file and connects nowhere before it starts.

    `page` is the folder of the built web page, where it is not the usual one.
    """
    settings = settings or Settings()
    app = Api(
        title="Chat Backend",
        version=__version__,
        description="Chat with your own OpenAI-compatible model. The whole contract: docs/api.md.",
        openapi_url=None,  # served by routers/pages.py
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # The framework's own spans and logs contain queries and exception texts.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        lifespan=_lifespan,
    )
    app.state = state = AppState(settings, page)
    # Last added is outermost.
    app.add_middleware(
        BodyLimit,
        attachment_bytes=settings.attachments_max_bytes,
        import_bytes=settings.imports_max_bytes,
        program_bytes=settings.api_body_max_bytes,
    )
    app.add_middleware(BodyTimeout, seconds=settings.request_timeout_seconds)
    app.add_middleware(RateLimit, limits=state.rate_limits)
    app.add_middleware(EndWithServer, connections=state.connections)
    app.add_middleware(Faults)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=EXPOSED,
        )
    app.add_middleware(ProgramOrigins)
    if settings.force_https:
        app.add_middleware(ForceHttps, hosts=settings.allowed_hosts)
    app.add_middleware(AllowedHosts, hosts=settings.allowed_hosts)
    app.add_middleware(HeadLimit)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(WatchResponses, stalled=state.connections.responses)
    app.add_middleware(RequestContext, settings=settings)
    install_error_handlers(app)
    app.router.routes.extend(all_routes())
    return app


@asynccontextmanager
async def _lifespan(app: Api) -> AsyncIterator[None]:
    state = app.state
    settings = state.settings = await asyncio.to_thread(with_local_secrets, state.settings)
    configure_logs(settings)
    if settings.otel_exporter_otlp_endpoint:
        await asyncio.to_thread(_trace, settings.otel_exporter_otlp_endpoint)
    await asyncio.to_thread(migrate if settings.auto_migrate else require_schema, settings)
    # In front, so that a built page stands at `/` in place of the plain one.
    app.router.routes[:0] = await asyncio.to_thread(page_routes, state.page)
    services = state.services = await asyncio.to_thread(build_services, settings)
    state.rate_limits.share(services.peers)
    state.connections.share(services.peers)
    services.revocations.on_revoked(state.connections.look)
    await services.open()
    place = place_of(os.environ)
    gathering = state.gathering = Gathering(place, state.numbers)
    await gathering.open()
    connections = state.connections
    signals = GracefulSignals(
        lambda: connections.drain(services.drain), connections.cut_off, is_worker=place is not None
    )
    signals.install()
    sweeper = asyncio.create_task(connections.sweep(services.sessions.live), name="sweeper")
    keys = asyncio.create_task(connections.watch_keys(services.keys.live), name="keys")
    try:
        yield
    finally:
        signals.restore()
        await stop_tasks(sweeper, keys)
        await gathering.close()
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


app = create_app()
