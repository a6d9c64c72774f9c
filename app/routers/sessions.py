"""`/auth`: logins, renewed, looked at and ended."""

from fastapi import APIRouter, Request, Response

from app.dependencies.auth import CurrentClaims
from app.dependencies.device import CurrentDevice
from app.dependencies.services import ServicesDep
from app.dependencies.user import AnyUser, CurrentUser
from app.errors import InvalidToken
from app.routers.http.cookies import drop_refresh_cookie, refresh_cookie, set_refresh_cookie
from app.routers.http.responses import errors
from app.schemas.fields import Id
from app.schemas.session import RefreshRequest, SessionList, Ticket, Token

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/refresh", responses=errors(401, 413, 422, 429))
async def refresh(
    request: Request,
    response: Response,
    services: ServicesDep,
    device: CurrentDevice,
    body: RefreshRequest | None = None,
) -> Token:
    """Get new tokens for a refresh token, from the body or else from the cookie."""
    given = body.refresh_token if body is not None else None
    refresh_token = given or refresh_cookie(request)
    if refresh_token is None:
        raise InvalidToken
    token = await services.sessions.refresh(refresh_token, device)
    set_refresh_cookie(request, response, token)
    return token


@router.post("/logout", status_code=204, responses=errors(401, 429))
async def logout(user: AnyUser, services: ServicesDep, response: Response) -> None:
    """End this session."""
    await services.sessions.log_out(user)
    drop_refresh_cookie(response)


@router.post("/logout-all", status_code=204, responses=errors(401, 429))
async def logout_all(user: AnyUser, services: ServicesDep, response: Response) -> None:
    """End every session."""
    await services.sessions.end_all(user.id)
    drop_refresh_cookie(response)


@router.get("/sessions", responses=errors(401, 429))
async def list_sessions(user: CurrentUser, services: ServicesDep) -> SessionList:
    """Where the user is logged in."""
    return SessionList(sessions=await services.sessions.list(user))


@router.delete("/sessions/{id}", status_code=204, responses=errors(401, 404, 422, 429))
async def end_session(id: Id, user: CurrentUser, services: ServicesDep) -> None:
    """End one session."""
    await services.sessions.end(user.id, id)


@router.post("/ws-ticket", responses=errors(401, 429))
async def make_ticket(user: CurrentUser, claims: CurrentClaims, services: ServicesDep) -> Ticket:
    """Get a ticket that opens one socket."""
    return services.sessions.ticket(claims)
