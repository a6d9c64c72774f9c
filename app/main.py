"""The FastAPI application: what is mounted, in which order, and how it starts and stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from app import __version__
from app.config import Settings, with_local_secrets
from app.errors import AppError, InvalidToken, ServerRestarting
from app.logs import configure_logs
from app.middleware import AllowedHosts, BodyLimit, RateLimit, RequestContext, SecurityHeaders
from app.migration import migrate
from app.ratelimit import RateLimits
from app.responses import install_error_handlers
from app.routers import (
    auth,
    chat,
    config,
    conversations,
    health,
    messages,
    pages,
    passwords,
    sessions,
    socket,
)
from app.services.container import Services, build_services
from app.services.generation.reaper import stop_task
from app.shutdown import GracefulSignals
from app.utils.stalled import StalledResponses, WatchResponses
from app.utils.websocket import SocketRegister

SWEEP_SECONDS = 2
CLOSE_SECONDS = 2
HURRY_SECONDS = 1

log = structlog.get_logger()


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application. Reads no file and connects nowhere before it starts."""
    settings = settings or Settings()
    limits = RateLimits(settings)
    app = FastAPI(
        title="Chat Backend",
        version=__version__,
        description="Chat with your own OpenAI-compatible model. The whole contract: docs/api.md.",
        openapi_url=None,  # served by routers/pages.py
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.rate_limits = limits
    app.state.sockets = SocketRegister(settings.max_sockets_per_user, settings.send_timeout_seconds)
    app.state.responses = StalledResponses(settings.send_timeout_seconds)
    # Last added is outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(RateLimit, limits=limits)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["Retry-After", "X-Request-ID"],
        )
    app.add_middleware(AllowedHosts, hosts=settings.allowed_hosts)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(WatchResponses, stalled=app.state.responses)
    app.add_middleware(RequestContext, settings=settings)
    install_error_handlers(app)
    for module in (auth, sessions, passwords, config, conversations, chat, messages, socket):
        app.include_router(module.router)
    for module in (health, pages):
        app.include_router(module.router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = await asyncio.to_thread(with_local_secrets, app.state.settings)
    app.state.settings = settings
    configure_logs(settings)
    if settings.auto_migrate:
        await asyncio.to_thread(migrate, settings)
    services = await asyncio.to_thread(build_services, settings)
    app.state.services = services
    await services.open()
    signals = GracefulSignals(lambda: _drain(app, settings.drain_seconds))
    signals.install()
    sweeper = asyncio.create_task(_sweep(app, services), name="sweeper")
    try:
        yield
    finally:
        signals.restore()
        await stop_task(sweeper)
        await services.close()


async def _drain(app: FastAPI, grace_seconds: float) -> None:
    await app.state.services.supervisor.drain(grace_seconds)
    app.state.services.database.hurry(HURRY_SECONDS)
    await app.state.sockets.end_all(ServerRestarting(), CLOSE_SECONDS)
    app.state.responses.abort_all()


async def _sweep(app: FastAPI, services: Services) -> None:
    """Ends what is over: token expired, session ended, user disabled, client asleep."""
    sockets: SocketRegister = app.state.sockets
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            sockets.abort_stalled()
            app.state.responses.abort_stalled()
            sockets.end_expired(InvalidToken())
            if shown := sockets.sessions:
                sockets.end_sessions(shown - await services.sessions.live(shown), InvalidToken())
        except AppError as error:
            log.debug("sweep_failed", code=error.code)
        except Exception:
            log.exception("sweep_failed")


app = create_app()
