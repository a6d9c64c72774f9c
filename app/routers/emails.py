"""`/auth/email`: whose an address is, and how another takes its place."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from app.connections.request import request_state
from app.dependencies.auth import BearerToken
from app.dependencies.services import LanguageDep, RateLimitsDep, ServicesDep
from app.dependencies.user import CurrentUser, get_current_user
from app.errors import InvalidToken
from app.routers.http.responses import errors
from app.schemas.email import EmailChangeCreate, EmailConfirmed, EmailToken
from app.schemas.user import LoginRequest
from app.services.auth.service import login_key

router = APIRouter(prefix="/auth/email", tags=["auth"])


@router.post(
    "",
    status_code=202,
    response_class=Response,
    responses=errors(401, 403, 409, 413, 422, 429, 503),
)
async def change_email(
    body: EmailChangeCreate,
    request: Request,
    user: CurrentUser,
    services: ServicesDep,
    limits: RateLimitsDep,
    language: LanguageDep,
) -> Response:
    """Begin to change the address: a link is sent to the old one and to the new one."""
    services.mail.require()
    with limits.guessing(f"user:{user.id}", request_state(request.scope).address):
        await services.passwords.prove(user, body.password)
    limits.hit_mail(f"email:{user.id}")
    await services.emails.begin_change(user.id, body.email, language)
    return Response(status_code=202)


@router.delete("", status_code=204, responses=errors(401, 429))
async def take_back(user: CurrentUser, services: ServicesDep) -> None:
    """End a change that waits to be confirmed, if one does."""
    await services.emails.take_back(user.id)


@router.post("/confirm", responses=errors(409, 413, 422, 429, 503))
async def confirm_change(
    body: EmailToken, request: Request, services: ServicesDep, limits: RateLimitsDep
) -> EmailConfirmed:
    """One of the two addresses agrees; it is done once both have."""
    limits.hit_login("reset", request_state(request.scope).address)
    return EmailConfirmed(done=await services.emails.confirm(body.token))


@router.post("/cancel", status_code=204, responses=errors(413, 422, 429, 503))
async def cancel_change(
    body: EmailToken, request: Request, services: ServicesDep, limits: RateLimitsDep
) -> None:
    """One of the two addresses ends the change."""
    limits.hit_login("reset", request_state(request.scope).address)
    await services.emails.cancel(body.token)


@router.post("/verify", status_code=204, responses=errors(413, 422, 429, 503))
async def verify_email(
    body: EmailToken, request: Request, services: ServicesDep, limits: RateLimitsDep
) -> None:
    """The address of an account is its owner's."""
    limits.hit_login("reset", request_state(request.scope).address)
    await services.emails.verify(body.token)


@router.post(
    "/verification",
    status_code=202,
    response_class=Response,
    responses=errors(401, 409, 413, 422, 429, 503),
)
async def ask_for_link(
    request: Request,
    token: BearerToken,
    services: ServicesDep,
    limits: RateLimitsDep,
    language: LanguageDep,
    body: Annotated[LoginRequest | None, Body()] = None,
) -> Response:
    """Have another link sent, three an hour at most: to whoever is logged in, or gives name and
    password."""
    if body is None:
        if token is None:
            raise InvalidToken
        user_id: int | None = (await get_current_user(request, token)).id
    else:
        address = request_state(request.scope).address
        limits.hit_login("login", address)
        with limits.guessing(login_key(body.username_or_email).hex(), address):
            user_id = await services.auth.unverified(body)
    services.mail.require()
    if user_id is not None and limits.may_mail(f"verify:{user_id}"):
        services.emails.send_verification(user_id, language)
    return Response(status_code=202)
