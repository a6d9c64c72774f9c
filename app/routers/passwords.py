"""`/auth`: what asks for the password, and how to get a new one."""

from contextlib import nullcontext

from fastapi import APIRouter, Request, Response

from app.connections.request import request_state
from app.dependencies.services import LanguageDep, RateLimitsDep, ServicesDep
from app.dependencies.user import AnyUser, CurrentUser
from app.routers.http.cookies import drop_refresh_cookie
from app.routers.http.responses import errors
from app.routers.http.return_to import own_address
from app.routers.http.to_provider import to_provider
from app.schemas.factor import Reauthentication
from app.schemas.identity import ProviderAddress
from app.schemas.user import (
    AccountDeletion,
    PasswordChange,
    PasswordForgotten,
    PasswordResetRequest,
)
from app.utils.names import canonical

router = APIRouter(prefix="/auth", tags=["auth"])


@router.put("/password", status_code=204, responses=errors(401, 403, 413, 422, 429, 503))
async def change_password(
    body: PasswordChange,
    request: Request,
    user: CurrentUser,
    services: ServicesDep,
    limits: RateLimitsDep,
) -> None:
    """Set a new password, and end the other sessions. An account that has none sets its first one
    by a login of the last 15 minutes; one with a second factor needs that besides."""
    with limits.guessing(f"user:{user.id}", request_state(request.scope).address):
        await services.passwords.change(user, body.old_password, body.new_password)


@router.delete("/password", status_code=204, responses=errors(401, 403, 409, 429))
async def remove_password(user: CurrentUser, services: ServicesDep) -> None:
    """Log in without a password from now on, and end the other sessions; wants a login of the last
    15 minutes."""
    await services.passwords.remove(user)


@router.post(
    "/reauthenticate",
    status_code=204,
    response_model=None,
    responses=errors(401, 403, 404, 409, 413, 422, 429, 503) | {200: {"model": ProviderAddress}},
)
async def reauthenticate(
    body: Reauthentication,
    request: Request,
    user: AnyUser,
    services: ServicesDep,
    limits: RateLimitsDep,
) -> Response:
    """Show again who you are, with the second factor where there is one, so that this login counts
    as a recent one. By a provider it does once the browser comes back from there."""
    guessing = limits.guessing(f"user:{user.id}", request_state(request.scope).address)
    # Who is only sent to a provider has shown nothing yet: no count of wrong passwords ends by it.
    with guessing if body.provider is None or user.has_factor else nullcontext():
        if body.passkey is not None:
            await services.passkeys.confirm(user, request.url.hostname, body.passkey)
            return Response(status_code=204)
        if body.provider is None:
            await services.passwords.check(user.id, body.password or "")
        if user.has_factor:
            with limits.guessing_code(user.id):
                await services.factors.check(user.id, body)
    if body.provider is not None:
        return_to = own_address(body.return_to)
        return await to_provider(
            request, services, user, body.provider, "reauthenticate", return_to
        )
    await services.sessions.confirm(user)
    return Response(status_code=204)


@router.post(
    "/password/forgot",
    status_code=202,
    response_class=Response,
    responses=errors(409, 413, 422, 429, 503),
)
async def forgot_password(
    body: PasswordForgotten,
    request: Request,
    services: ServicesDep,
    limits: RateLimitsDep,
    language: LanguageDep,
) -> Response:
    """Have a link for a new password sent to the address, if it has an account."""
    services.mail.require()
    limits.hit_login("forgot", request_state(request.scope).address)
    if limits.may_mail(canonical(body.email).hex()):
        services.mail.send_reset(body.email, language)
    return Response(status_code=202)


@router.post("/password/reset", status_code=204, responses=errors(413, 422, 429, 503))
async def reset_password(
    body: PasswordResetRequest, request: Request, services: ServicesDep, limits: RateLimitsDep
) -> None:
    """Set a new password with a reset token, and end every session."""
    limits.hit_login("reset", request_state(request.scope).address)
    await services.passwords.reset(body.token, body.new_password)


@router.delete("/me", status_code=204, responses=errors(401, 403, 409, 413, 422, 429, 503))
async def delete_account(
    request: Request,
    response: Response,
    user: CurrentUser,
    services: ServicesDep,
    limits: RateLimitsDep,
    body: AccountDeletion | None = None,
) -> None:
    """Delete the account and all that belongs to it. Without a password, or with a second factor,
    it wants a login of the last 15 minutes."""
    with limits.guessing(f"user:{user.id}", request_state(request.scope).address):
        await services.deletion.begin(user, None if body is None else body.password)
    drop_refresh_cookie(response)
