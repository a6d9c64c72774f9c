"""The token of a request."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from app.connections.request import request_state
from app.dependencies.services import ServicesDep
from app.errors import InvalidToken
from app.utils.tokens import Claims

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT")


async def get_claims(
    connection: HTTPConnection,
    services: ServicesDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Claims:
    """The claims of the access token; InvalidToken without a valid one."""
    if credentials is None:
        raise InvalidToken
    known = request_state(connection.scope).claims
    return known or services.sessions.read_token(credentials.credentials)


CurrentClaims = Annotated[Claims, Depends(get_claims)]
