"""Who makes a request."""

from dataclasses import replace
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.connections.request import request_state
from app.dependencies.auth import BearerToken, get_claims
from app.services.auth.account import Account
from app.state import app_state
from app.utils.tokens import Claims


async def account_of(connection: HTTPConnection, claims: Claims) -> Account:
    """The account of these claims; InvalidToken once it is disabled or the session ended, or
    SecondFactorNeeded."""
    account = await app_state(connection.scope).services.sessions.account(claims)
    request_state(connection.scope).user_id = account.id
    return account


async def get_current_user(connection: HTTPConnection, token: BearerToken) -> Account:
    """The account of the request's token; raises as `get_claims` and `account_of`."""
    return await account_of(connection, await get_claims(connection, token))


async def get_any_user(connection: HTTPConnection, token: BearerToken) -> Account:
    """The same, also of an account that has yet to set up the second factor it must have."""
    claims = await get_claims(connection, token)
    return await account_of(connection, replace(claims, wants_factor=False))


CurrentUser = Annotated[Account, Depends(get_current_user)]
AnyUser = Annotated[Account, Depends(get_any_user)]
