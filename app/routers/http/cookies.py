"""The cookie that keeps a page logged in without any script seeing the token."""

from fastapi import Request, Response

from app.connections.request import request_state
from app.schemas.session import Token

NAME = "refresh_token"
PATH = "/auth"


def set_refresh_cookie(request: Request, response: Response, token: Token) -> None:
    """Give the page its refresh token; no other site's page can have it sent (RFC 6265bis)."""
    response.set_cookie(
        NAME,
        token.refresh_token,
        max_age=token.refresh_expires_in,
        path=PATH,
        secure=request_state(request.scope).encrypted,
        httponly=True,
        samesite="strict",
    )


def drop_refresh_cookie(response: Response) -> None:
    """Take the refresh token back."""
    response.delete_cookie(NAME, path=PATH, httponly=True, samesite="strict")


def refresh_cookie(request: Request) -> str | None:
    """The refresh token that came as a cookie."""
    return request.cookies.get(NAME)
