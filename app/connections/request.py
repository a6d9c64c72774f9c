"""What the server knows of a request or a socket besides what its client sent."""

import asyncio
from dataclasses import dataclass

from starlette.types import Scope

from app.utils.tokens import Claims

KEY = "request"


@dataclass(slots=True)
class RequestState:
    """Whose a request or socket is, where it comes from, and how it ended.

    `transport` is the server's connection: the only way to cut a client that does not read.
    """

    address: str
    encrypted: bool
    transport: asyncio.Transport | None
    user_id: int | None = None
    claims: Claims | None = None
    """Of the request's access token, where its budget was counted by them."""
    close_code: int | None = None
    admin: object | None = None
    """The account of the administrator who makes the request, where it is one's."""

    def keep_in(self, scope: Scope) -> None:
        """Have `request_state` find this from now on."""
        scope.setdefault("state", {})[KEY] = self


def request_state(scope: Scope) -> RequestState:
    """The state of a request or socket, as the outermost layer began it."""
    state: RequestState = scope["state"][KEY]
    return state
