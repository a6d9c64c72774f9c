"""Sends somebody who is logged in to a provider, in their own browser."""

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from app.routers.http.cookies import sent_cookie, set_sent_cookie
from app.services.auth.account import Account
from app.services.container import Services
from app.services.oidc.sent import ErrandKind
from app.utils.tokens import opaque_token


async def to_provider(
    request: Request,
    services: Services,
    user: Account,
    slug: str,
    purpose: ErrandKind,
    return_to: str,
) -> Response:
    """Where the page is to go, with the cookie by which it is known when it comes back."""
    secure = services.oidc.is_secure
    browser = sent_cookie(request, secure) or opaque_token()
    url = await services.oidc.begin_for(user, slug, browser, purpose, return_to)
    response = JSONResponse({"url": url})
    set_sent_cookie(response, browser, secure)
    return response
