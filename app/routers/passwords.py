"""`/auth`: what asks for the password, and how to get a new one."""

from fastapi import APIRouter, Request, Response

from app.dependencies.services import RateLimitsDep, ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.cookies import drop_refresh_cookie
from app.routers.responses import errors
from app.schemas.user import AccountDeletion, PasswordChange, PasswordResetRequest

router = APIRouter(prefix="/auth", tags=["auth"])


@router.put("/password", status_code=204, responses=errors(401, 403, 413, 422, 429, 503))
async def change_password(
    body: PasswordChange,
    request: Request,
    user: CurrentUser,
    services: ServicesDep,
    limits: RateLimitsDep,
) -> None:
    """Set a new password, and end the other sessions."""
    async with limits.guessing(f"user:{user.id}", request.state.address):
        await services.passwords.change(user, body.old_password, body.new_password)


@router.post("/password/reset", status_code=204, responses=errors(413, 422, 429, 503))
async def reset_password(
    body: PasswordResetRequest, request: Request, services: ServicesDep, limits: RateLimitsDep
) -> None:
    """Set a new password with the operator's reset token, and end every session."""
    await limits.hit_login("reset", request.state.address)
    await services.passwords.reset(body.token, body.new_password)


@router.delete("/me", status_code=204, responses=errors(401, 403, 413, 422, 429, 503))
async def delete_account(
    body: AccountDeletion,
    request: Request,
    response: Response,
    user: CurrentUser,
    services: ServicesDep,
    limits: RateLimitsDep,
) -> None:
    """Delete the account and all that belongs to it."""
    async with limits.guessing(f"user:{user.id}", request.state.address):
        await services.passwords.delete_account(user.id, body.password)
    drop_refresh_cookie(response)
