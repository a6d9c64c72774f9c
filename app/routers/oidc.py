"""`/auth/oidc`: to a provider and back; `/auth/identities`: who somebody is there."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.connections.request import request_state
from app.dependencies.device import CurrentDevice
from app.dependencies.services import RateLimitsDep, ServicesDep
from app.dependencies.user import AnyUser
from app.errors import LogoutTokenRefused, ProviderUnavailable, RateLimited
from app.responses import note
from app.routers.http.cookies import (
    drop_ticket_cookie,
    sent_cookie,
    set_refresh_cookie,
    set_sent_cookie,
    set_ticket_cookie,
)
from app.routers.http.responses import errors
from app.routers.http.return_to import own_address, with_problem
from app.routers.http.to_provider import to_provider
from app.schemas.fields import Id
from app.schemas.identity import IdentityCreate, IdentityList, ProviderAddress
from app.services.container import Services
from app.services.oidc.refusal import OidcRefused, Problem
from app.services.oidc.sent import Errand
from app.services.oidc.service import Failed, Return
from app.utils.tokens import opaque_token

router = APIRouter(prefix="/auth", tags=["auth"])

NamedProvider = Annotated[str, Path(max_length=64)]
Given = Annotated[str | None, Query(max_length=4_000)]
LOGIN_PAGE = "/login"
SECOND_STEP = "/login?step=second"
LOGOUT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {"logout_token": {"type": "string"}},
                    "required": ["logout_token"],
                }
            }
        },
    }
}


@router.get(
    "/oidc/{slug}/start",
    status_code=302,
    response_class=RedirectResponse,
    responses=errors(404, 422, 429, 431, 503) | {303: {"description": "See Other"}},
)
async def start(
    slug: NamedProvider,
    request: Request,
    services: ServicesDep,
    limits: RateLimitsDep,
    return_to: Given = None,
) -> Response:
    """Send the browser to a provider, to come back to an address of the page."""
    try:
        limits.hit_login("login", request_state(request.scope).address)
        browser = sent_cookie(request, services.oidc.is_secure) or opaque_token()
        errand = Errand("login", own_address(return_to))
        address = await services.oidc.begin(slug, browser, errand)
    except RateLimited as error:
        note(request.scope, error)
        return _told(services, "rate_limited")
    except OidcRefused as error:
        return _told(services, error.problem)
    response = RedirectResponse(address, 302)
    set_sent_cookie(response, browser, services.oidc.is_secure)
    return response


@router.get(
    "/oidc/{slug}/callback",
    status_code=303,
    response_class=RedirectResponse,
    responses=errors(404, 422, 429, 431, 503),
)
async def callback(
    slug: NamedProvider,
    request: Request,
    device: CurrentDevice,
    services: ServicesDep,
    limits: RateLimitsDep,
    state: Given = None,
    code: Given = None,
    iss: Given = None,
    error: Given = None,
) -> Response:
    """Take the browser back from a provider, and send it on to the page."""
    is_secure = services.oidc.is_secure
    try:
        limits.hit_login("login", device.address)
        back = Return(state, code, iss, error, sent_cookie(request, is_secure))
        arrived = await services.oidc.arrive(slug, back, device)
    except RateLimited as spent:
        note(request.scope, spent)
        return _told(services, "rate_limited")
    except Failed as failed:
        return _told(services, failed.refused.problem, failed.return_to)
    if arrived.ticket is not None:
        response = _page(services, f"{SECOND_STEP}&kinds={','.join(arrived.kinds)}")
        set_ticket_cookie(response, arrived.ticket, is_secure)
        return response
    response = _page(services, arrived.return_to)
    if arrived.token is not None:
        set_refresh_cookie(request, response, arrived.token)
        drop_ticket_cookie(response, is_secure)
    return response


@router.post(
    "/oidc/{slug}/logout",
    response_class=Response,
    responses=errors(400, 404, 413, 422, 429, 503),
    openapi_extra=LOGOUT_BODY,
)
async def log_out(
    slug: NamedProvider, request: Request, services: ServicesDep, limits: RateLimitsDep
) -> Response:
    """End the logins that a provider says are over, by a token that it has signed."""
    with limits.finding_logout(request_state(request.scope).address):
        try:
            await services.oidc.log_out(slug, _form_field(await request.body(), "logout_token"))
        except OidcRefused as error:
            if error.problem == "provider_unavailable":
                raise ProviderUnavailable from error
            raise LogoutTokenRefused from error
    return Response(status_code=200)


@router.get("/identities", responses=errors(401, 429))
async def list_identities(user: AnyUser, services: ServicesDep) -> IdentityList:
    """By which accounts at providers the user logs in."""
    return await services.oidc.identities(user)


@router.post(
    "/identities",
    response_model=ProviderAddress,
    responses=errors(401, 403, 404, 409, 413, 422, 429, 503),
)
async def link_identity(
    body: IdentityCreate, request: Request, user: AnyUser, services: ServicesDep
) -> Response:
    """Begin to link an account at a provider; wants a login of the last 15 minutes."""
    return_to = own_address(body.return_to)
    return await to_provider(request, services, user, body.provider, "link", return_to)


@router.delete("/identities/{id}", status_code=204, responses=errors(401, 403, 404, 409, 422, 429))
async def unlink_identity(id: Id, user: AnyUser, services: ServicesDep) -> None:
    """Have an account at a provider log in no more; wants a login of the last 15 minutes."""
    await services.oidc.unlink(user, id)


def _page(services: Services, address: str) -> Response:
    return RedirectResponse(f"{services.oidc.path}{address}", 303)


def _told(services: Services, problem: Problem, return_to: str | None = None) -> Response:
    """To the page, which says what is wrong: where they came from, or where one logs in."""
    return _page(services, with_problem(return_to or LOGIN_PAGE, problem))


def _form_field(body: bytes, name: str) -> str:
    try:
        found = parse_qs(body.decode("ascii"), max_num_fields=20)
    except ValueError:
        return ""
    return found.get(name, [""])[0]
