"""Administrators, as those who make a request."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from app.connections.request import request_state
from app.dependencies.auth import BearerToken, find_bearer
from app.dependencies.user import get_current_user
from app.errors import AdminOnly
from app.services.auth.account import Account


async def admit(request: HTTPConnection) -> Account:
    """The administrator who makes the request. Raises InvalidToken, and AdminOnly for anybody
    else."""
    account = await get_current_user(request, await find_bearer(request))
    if account.role != "admin":
        raise AdminOnly
    return account


class AdminRoute(APIRoute):
    """A route that looks at nothing of a request before it knows that an administrator makes it:
    neither at ids nor at a body. So all answers to others are the same."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request."""
        handle = super().get_route_handler()

        async def handle_admitted(request: Request) -> Response:
            request_state(request.scope).admin = await admit(request)
            return await handle(request)

        return handle_admitted


async def get_admin(connection: HTTPConnection, _: BearerToken) -> Account:
    """The administrator whom the route has admitted."""
    admin = request_state(connection.scope).admin
    assert isinstance(admin, Account), "the router's routes are no AdminRoute"
    return admin


CurrentAdmin = Annotated[Account, Depends(get_admin)]
