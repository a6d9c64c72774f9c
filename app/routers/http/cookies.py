"""The cookie that keeps a page logged in without any script seeing the token."""

import re

from fastapi import Request, Response

from app.connections.request import request_state
from app.schemas.session import Token

NAME = "refresh_token"
PATH = "/auth"
SENT = "oidc"
SENT_SECONDS = 600
TICKET = "second_step"
TICKET_SECONDS = 300
OURS_ALONE = "__Host-"
"""Before the name of a cookie that no other host, and nothing unencrypted, can have set (RFC
6265bis, section 4.1.3.2)."""
_SECRET = re.compile(r"[\w-]{43}", re.ASCII)


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


def set_sent_cookie(response: Response, browser: str, secure: bool) -> None:
    """Know a browser again that is sent to a provider. It comes back from another site: Lax."""
    name = _ours(SENT, secure)
    response.set_cookie(
        name, browser, SENT_SECONDS, path="/", secure=secure, httponly=True, samesite="lax"
    )


def sent_cookie(request: Request, secure: bool) -> str | None:
    """By what a browser is known that was sent to a provider."""
    return _secret(request, _ours(SENT, secure))


def set_ticket_cookie(response: Response, ticket: str, secure: bool) -> None:
    """Give a page the ticket of a second step, to which it was sent."""
    name = _ours(TICKET, secure)
    response.set_cookie(
        name, ticket, TICKET_SECONDS, path="/", secure=secure, httponly=True, samesite="strict"
    )


def drop_ticket_cookie(response: Response, secure: bool) -> None:
    """Take the ticket back."""
    response.delete_cookie(
        _ours(TICKET, secure), path="/", secure=secure, httponly=True, samesite="strict"
    )


def ticket_cookie(request: Request, secure: bool) -> str | None:
    """The ticket of a second step that came as a cookie."""
    return _secret(request, _ours(TICKET, secure))


def _ours(name: str, secure: bool) -> str:
    return f"{OURS_ALONE}{name}" if secure else name


def _secret(request: Request, name: str) -> str | None:
    value = request.cookies.get(name, "")
    return value if _SECRET.fullmatch(value) else None
