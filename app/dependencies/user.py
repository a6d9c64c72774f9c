"""Who makes a request."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.connections.request import request_state
from app.dependencies.auth import CurrentClaims
from app.dependencies.services import RateLimitsDep, ServicesDep
from app.errors import InvalidToken
from app.services.auth.sessions import Account


async def get_current_user(
    connection: HTTPConnection,
    services: ServicesDep,
    limits: RateLimitsDep,
    claims: CurrentClaims,
) -> Account:
    """The account of the token; InvalidToken once it is disabled or the session ended."""
    try:
        account = await services.sessions.account(claims)
    except InvalidToken:
        limits.remember_ended(claims.session_id)
        raise
    request_state(connection.scope).user_id = account.id
    return account


CurrentUser = Annotated[Account, Depends(get_current_user)]
