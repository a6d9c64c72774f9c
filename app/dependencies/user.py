"""Who makes a request."""

from typing import Annotated

from fastapi import Depends

from app.dependencies.auth import CurrentClaims
from app.dependencies.services import ServicesDep
from app.services.session_service import Account


async def get_current_user(services: ServicesDep, claims: CurrentClaims) -> Account:
    """The account of the token; InvalidToken once it is disabled or the session ended."""
    return await services.sessions.account(claims)


CurrentUser = Annotated[Account, Depends(get_current_user)]
