"""The token of a request."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection, Request

from app.connections.request import request_state
from app.errors import InvalidToken
from app.state import app_state
from app.utils.tokens import Claims

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT")

BearerToken = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def find_bearer(connection: HTTPConnection) -> HTTPAuthorizationCredentials | None:
    """The token of a request that is not parsed yet."""
    return await _bearer(Request(connection.scope))


async def get_claims(connection: HTTPConnection, token: BearerToken) -> Claims:
    """The claims of the access token; InvalidToken without a valid one.

    FastAPI works out every dependency anew with every request, which costs more than most of them
    do: what needs the services or the budgets asks the application for them, as here.
    """
    if token is None:
        raise InvalidToken
    known = request_state(connection.scope).claims
    sessions = app_state(connection.scope).services.sessions
    return sessions.guarded(known) if known else sessions.read_token(token.credentials)


CurrentClaims = Annotated[Claims, Depends(get_claims)]
