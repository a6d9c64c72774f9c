"""`/auth`: accounts."""

from fastapi import APIRouter, Request, Response

from app import __version__
from app.connections.request import request_state
from app.dependencies.device import CurrentDevice
from app.dependencies.services import RateLimitsDep, ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.cookies import set_refresh_cookie
from app.routers.http.responses import errors
from app.schemas.session import Token
from app.schemas.user import ChoicesUpdate, LoginRequest, Me, Options, UserCreate, UserRead
from app.services.auth.account import Account
from app.services.auth.service import login_key
from app.services.container import Services
from app.services.endpoints.choices import Chosen
from app.state import app_state

router = APIRouter(prefix="/auth", tags=["auth"])


@router.get("/options")
async def options(request: Request, services: ServicesDep) -> Options:
    """What a page needs to know before anybody is logged in."""
    return Options(
        registration=app_state(request.scope).settings.registration == "open",
        default_model=services.configs.default_model is not None,
        default_model_is_demo=services.configs.default_model_is_demo,
        version=__version__,
    )


@router.post("/register", status_code=201, responses=errors(403, 409, 413, 422, 429, 503))
async def register(
    body: UserCreate, request: Request, services: ServicesDep, limits: RateLimitsDep
) -> UserRead:
    """Make an account."""
    limits.hit_login("register", request_state(request.scope).address)
    return await services.accounts.register(body)


@router.post("/login", responses=errors(401, 413, 422, 429, 503))
async def login(
    body: LoginRequest,
    request: Request,
    response: Response,
    device: CurrentDevice,
    services: ServicesDep,
    limits: RateLimitsDep,
) -> Token:
    """Begin a session with a user name (or e-mail address) and password."""
    limits.hit_login("login", device.address)
    with limits.guessing(login_key(body.username_or_email).hex(), device.address):
        token = await services.auth.login(body, device)
    set_refresh_cookie(request, response, token)
    return token


@router.get("/me", responses=errors(401, 429))
async def me(user: CurrentUser, services: ServicesDep) -> Me:
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
        has_config=user.has_config,
        can_chat=chosen.can_chat,
        default_model=services.configs.default_model,
        default_model_is_demo=services.configs.default_model_is_demo,
        default_model_left=left,
        default_model_daily=daily,
        attachments_max_bytes=services.files.max_bytes,
        shares=services.sharing.setting,
        shares_expire_days=services.sharing.expire_days,
        **chosen.choices.model_dump(),
    )
