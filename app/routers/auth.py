"""`/auth`: accounts."""

from fastapi import APIRouter, Request, Response

from app import __version__
from app.connections.request import request_state
from app.dependencies.device import CurrentDevice
from app.dependencies.services import LanguageDep, RateLimitsDep, ServicesDep
from app.dependencies.user import AnyUser, CurrentUser
from app.errors import EmailUnverified
from app.routers.http.cookies import set_refresh_cookie
from app.routers.http.responses import errors
from app.routers.http.verification import send_link
from app.schemas.session import Token
from app.schemas.user import (
    BannerRead,
    ChoicesUpdate,
    LoginRequest,
    Me,
    Options,
    UserCreate,
    UserRead,
)
from app.services.auth.account import Account
from app.services.auth.service import login_key
from app.services.container import Services
from app.services.endpoints.choices import Chosen

router = APIRouter(prefix="/auth", tags=["auth"])


@router.get("/options")
async def options(request: Request, services: ServicesDep) -> Options:
    """What a page needs to know before anybody is logged in."""
    current = await services.live.fresh()
    return Options(
        registration=current.registration not in ("closed", "oidc"),
        ways=current.registration,
        providers=services.oidc.providers,
        email_verification=current.require_verified_email,
        passkeys=services.passkeys.are_available(request.url.hostname),
        banner=current.banner and BannerRead(zh=current.banner[0], en=current.banner[1]),
        default_model=services.configs.default_model is not None,
        default_model_is_demo=services.configs.default_model_is_demo,
        version=__version__,
    )


@router.post("/register", status_code=201, responses=errors(403, 409, 413, 422, 429, 503))
async def register(
    body: UserCreate,
    request: Request,
    services: ServicesDep,
    limits: RateLimitsDep,
) -> UserRead:
    """Make an account. An administrator may have to approve it, and its address may have to be
    confirmed by a link, which the first login has sent, before anybody can log in."""
    limits.hit_login("register", request_state(request.scope).address)
    return await services.accounts.register(body)


@router.post("/login", responses=errors(401, 403, 413, 422, 429, 503))
async def login(
    body: LoginRequest,
    request: Request,
    response: Response,
    device: CurrentDevice,
    services: ServicesDep,
    limits: RateLimitsDep,
    language: LanguageDep,
) -> Token:
    """Begin a session with a user name (or e-mail address) and password. An account with a second
    factor gets a ticket for it instead, in `second_factor` of a 401."""
    limits.hit_login("login", device.address)
    try:
        with limits.guessing(login_key(body.username_or_email).hex(), device.address):
            token = await services.auth.login(body, device)
    except EmailUnverified as error:
        send_link(error.user_id, services, limits, language)
        raise
    set_refresh_cookie(request, response, token)
    return token


@router.get("/me", responses=errors(401, 429))
async def me(user: AnyUser, services: ServicesDep) -> Me:
    """The account that is logged in."""
    return await _me(user, services, await services.choices.get(user.id))


@router.patch("/me", responses=errors(401, 404, 409, 413, 422, 429))
async def change_me(body: ChoicesUpdate, user: CurrentUser, services: ServicesDep) -> Me:
    """Change what is given of what holds for all conversations."""
    return await _me(user, services, await services.choices.change(user.id, body))


async def _me(user: Account, services: Services, chosen: Chosen) -> Me:
    left = daily = None
    if chosen.is_counted:
        left, daily = await services.usage.default_left(user.id)
    return Me(
        id=user.id,
        username=user.username,
        email=user.email,
        created_at=user.created_at,
        role=user.role,
        display_name=chosen.profile.display_name,
        avatar=chosen.profile.avatar,
        email_verified=chosen.profile.email_verified,
        pending_email=chosen.profile.pending_email,
        has_config=user.has_config,
        has_password=chosen.profile.has_password,
        second_factor_needed=services.sessions.wants_factor and not user.has_factor,
        can_chat=chosen.can_chat,
        default_model=services.configs.default_model,
        default_model_is_demo=services.configs.default_model_is_demo,
        default_model_left=left,
        default_model_daily=daily,
        attachments_max_bytes=services.files.max_bytes,
        shares=services.live.now().shares,
        shares_expire_days=services.sharing.expire_days,
        **chosen.choices.model_dump(),
    )
