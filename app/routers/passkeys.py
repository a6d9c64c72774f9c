"""`/auth`: passkeys, which log in without a password, or beside it."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from app.connections.request import request_state
from app.dependencies.auth import BearerToken
from app.dependencies.device import CurrentDevice
from app.dependencies.services import LanguageDep, RateLimitsDep, ServicesDep
from app.dependencies.user import AnyUser, CurrentUser, get_any_user
from app.errors import EmailUnverified
from app.routers.http.cookies import set_refresh_cookie, ticket_cookie
from app.routers.http.responses import errors
from app.routers.http.verification import send_link
from app.schemas.fields import Id
from app.schemas.passkey import (
    PasskeyAsked,
    PasskeyCreate,
    PasskeyCreated,
    PasskeyCreationOptions,
    PasskeyGiven,
    PasskeyList,
    PasskeyRead,
    PasskeyRequestOptions,
    PasskeyUpdate,
)
from app.schemas.session import Token
from app.services.auth.challenges import Purpose
from app.services.auth.passkey_rows import credential_key

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/passkeys/options", responses=errors(401, 403, 409, 429))
async def begin_passkey(
    request: Request, user: AnyUser, services: ServicesDep
) -> PasskeyCreationOptions:
    """Get what a browser makes a passkey by; wants a login of the last 15 minutes."""
    return await services.passkeys.begin_adding(user, request.url.hostname)


@router.post("/passkeys", status_code=201, responses=errors(401, 409, 413, 422, 429))
async def add_passkey(
    body: PasskeyCreate, request: Request, user: AnyUser, services: ServicesDep
) -> PasskeyCreated:
    """Keep the passkey that a browser has made. Where it is the account's first second factor,
    recovery codes are told this once."""
    return await services.passkeys.add(user, request.url.hostname, body)


@router.get("/passkeys", responses=errors(401, 429))
async def list_passkeys(user: AnyUser, services: ServicesDep) -> PasskeyList:
    """The user's passkeys, the oldest first."""
    return await services.passkeys.list(user.id)


@router.patch("/passkeys/{id}", responses=errors(401, 404, 413, 422, 429))
async def rename_passkey(
    id: Id, body: PasskeyUpdate, user: CurrentUser, services: ServicesDep
) -> PasskeyRead:
    """Call a passkey something else."""
    return await services.passkeys.rename(user.id, id, body.name)


@router.delete("/passkeys/{id}", status_code=204, responses=errors(401, 403, 404, 409, 422, 429))
async def remove_passkey(id: Id, user: CurrentUser, services: ServicesDep) -> None:
    """Remove a passkey; wants a login of the last 15 minutes."""
    await services.passkeys.remove(user, id)


@router.post("/login/passkey/options", responses=errors(401, 409, 413, 422, 429))
async def ask_for_passkey(
    request: Request,
    token: BearerToken,
    services: ServicesDep,
    body: Annotated[PasskeyAsked | None, Body()] = None,
) -> PasskeyRequestOptions:
    """Get what a browser has a passkey sign: to log in; with `ticket` or `second_step`, as the
    second step of a login; with an access token, to confirm who is logged in."""
    host, user_id, purpose = request.url.hostname, None, Purpose.LOGIN
    if body is not None and (body.second_step or body.ticket is not None):
        ticket = body.ticket or ticket_cookie(request, services.oidc.is_secure)
        user_id, purpose = await services.auth.whose(ticket), Purpose.SECOND
    elif token is not None:
        user_id, purpose = (await get_any_user(request, token)).id, Purpose.CONFIRM
    return await services.passkeys.ask(host, purpose, user_id)


@router.post("/login/passkey", responses=errors(401, 403, 409, 413, 422, 429))
async def login_by_passkey(
    body: PasskeyGiven,
    request: Request,
    response: Response,
    device: CurrentDevice,
    services: ServicesDep,
    limits: RateLimitsDep,
    language: LanguageDep,
) -> Token:
    """Begin a session with a passkey, for which its owner has unlocked the authenticator; no second
    factor is asked for."""
    limits.hit_login("login", device.address)
    who = credential_key(body.credential)
    try:
        with limits.guessing(f"passkey:{who}", request_state(request.scope).address):
            token = await services.passkeys.login(request.url.hostname, body, device)
    except EmailUnverified as error:
        send_link(error.user_id, services, limits, language)
        raise
    set_refresh_cookie(request, response, token)
    return token
