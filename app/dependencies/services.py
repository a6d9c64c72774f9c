"""The services of this process, as parameters."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.connections.streams import StreamRegister
from app.errors import Language
from app.ratelimit import RateLimits
from app.services.container import Services
from app.state import app_state
from app.utils.language import preferred_language


async def get_services(connection: HTTPConnection) -> Services:
    """The services that the lifespan opened."""
    return app_state(connection.scope).services


async def get_rate_limits(connection: HTTPConnection) -> RateLimits:
    """The budgets of this process."""
    return app_state(connection.scope).rate_limits


async def get_language(connection: HTTPConnection) -> Language:
    """The language that the client reads."""
    return preferred_language(connection.headers.get("accept-language"))


async def get_streams(connection: HTTPConnection) -> StreamRegister:
    """The requests that are open in this process."""
    return app_state(connection.scope).connections.streams


ServicesDep = Annotated[Services, Depends(get_services)]
StreamsDep = Annotated[StreamRegister, Depends(get_streams)]
RateLimitsDep = Annotated[RateLimits, Depends(get_rate_limits)]
LanguageDep = Annotated[Language, Depends(get_language)]
