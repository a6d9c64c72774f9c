"""`/auth`: what a login asks for beside the password."""

from fastapi import APIRouter, Request, Response

from app.connections.request import request_state
from app.dependencies.device import CurrentDevice
from app.dependencies.services import RateLimitsDep, ServicesDep
from app.dependencies.user import AnyUser, CurrentUser
from app.routers.http.cookies import drop_ticket_cookie, set_refresh_cookie, ticket_cookie
from app.routers.http.responses import errors
from app.schemas.factor import (
    FactorsRead,
    RecoveryCodes,
    SecondLogin,
    TotpBegun,
    TotpConfirmation,
)
from app.schemas.session import Token

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/login/second", responses=errors(401, 403, 409, 413, 422, 429, 503))
async def second_step(
    body: SecondLogin,
    request: Request,
    response: Response,
    device: CurrentDevice,
    services: ServicesDep,
    limits: RateLimitsDep,
) -> Token:
    """Begin a session with the ticket of a right password and a second factor."""
    limits.hit_login("login", device.address)
    secure = services.oidc.is_secure
    body.ticket = body.ticket or ticket_cookie(request, secure)
    user_id = await services.auth.whose(body.ticket)
    with limits.guessing(f"user:{user_id}", device.address), limits.guessing_code(user_id):
        token = await services.auth.second(body, device, request.url.hostname)
    set_refresh_cookie(request, response, token)
    drop_ticket_cookie(response, secure)
    return token


@router.get("/factors", responses=errors(401, 429))
async def get_factors(user: AnyUser, services: ServicesDep) -> FactorsRead:
    """What the user has set up."""
    return await services.factors.get(user.id)


@router.post("/totp", responses=errors(401, 403, 409, 429))
async def begin_totp(user: AnyUser, services: ServicesDep) -> TotpBegun:
    """Get a seed for an authenticator app; wants a login of the last 15 minutes."""
    return await services.factors.begin_totp(user)


@router.post("/totp/confirm", responses=errors(401, 403, 404, 409, 413, 422, 429))
async def confirm_totp(
    body: TotpConfirmation,
    request: Request,
    user: AnyUser,
    services: ServicesDep,
    limits: RateLimitsDep,
) -> RecoveryCodes:
    """Take the seed into use with a code of it; the recovery codes are told this once."""
    address = request_state(request.scope).address
    with limits.guessing(f"user:{user.id}", address), limits.guessing_code(user.id):
        return await services.factors.confirm_totp(user, body.code)


@router.delete("/totp", status_code=204, responses=errors(401, 403, 404, 429))
async def remove_totp(user: AnyUser, services: ServicesDep) -> None:
    """Log in by the password alone again; wants a login of the last 15 minutes."""
    await services.factors.remove_totp(user)


@router.post("/recovery-codes", responses=errors(401, 403, 404, 429))
async def renew_codes(user: CurrentUser, services: ServicesDep) -> RecoveryCodes:
    """Get ten other recovery codes; wants a login of the last 15 minutes."""
    return await services.factors.renew_codes(user)
