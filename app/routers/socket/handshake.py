"""`/ws/conversations/{id}`: authentication of a socket, and its life from opening to close."""

from fastapi import APIRouter, WebSocket
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import QueryParams
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected

from app.connections.request import request_state
from app.connections.sockets import Socket
from app.dependencies.services import get_language, get_rate_limits, get_services
from app.dependencies.user import account_of
from app.errors import AppError, ConversationNotFound, InvalidToken, OriginNotAllowed
from app.logs import log
from app.ratelimit import RateLimits
from app.responses import error_response, note
from app.routers.socket.session import SocketSession
from app.schemas.fields import Id
from app.services.container import Services
from app.state import app_state
from app.utils.tokens import Claims
from app.utils.websocket import may_open

_id: TypeAdapter[int] = TypeAdapter(Id)

router = APIRouter()


async def chat_socket(websocket: WebSocket) -> None:
    """Show a conversation's replies as they grow, and take messages.

    Without FastAPI's injection, whose stacks and contexts would live as long as the socket.
    """
    if not _origin_allowed(websocket):
        denial = error_response(websocket.scope, OriginNotAllowed())
        await websocket.send_denial_response(denial)
        return
    await websocket.accept()
    state = request_state(websocket.scope)
    register = app_state(websocket.scope).connections.sockets
    services, limits = await get_services(websocket), await get_rate_limits(websocket)
    socket = Socket(websocket, await get_language(websocket))
    try:
        claims = await _claims(websocket, services, limits)
        state.user_id = claims.user_id
        socket.belongs_to(claims.user_id, claims.session_id, claims.expires_at)
        limits.hit(limits.payer(claims, state.address))
        await account_of(websocket, claims)
        await services.sessions.redeem(claims)
        register.add(socket)
        log.info("socket_opened", path=websocket.scope["path"], user_id=claims.user_id)
    except AppError as error:
        note(websocket.scope, error)
        await socket.close(error)
        return
    try:
        conversation_id = _conversation_id(websocket.path_params["id"])
        with services.open_conversation(claims.user_id, conversation_id) as live:
            session = SocketSession(socket, websocket, limits, live)
            await session.run(_query(websocket, "last_event_id"))
    except AppError as error:
        note(websocket.scope, error)
        await socket.close(error)
    except (WebSocketDisconnect, WebSocketDisconnected):
        pass
    finally:
        register.remove(socket)


def _origin_allowed(websocket: WebSocket) -> bool:
    origin, host = websocket.headers.get("origin"), websocket.headers.get("host")
    return may_open(origin, host, app_state(websocket.scope).settings.cors_origins)


router.add_websocket_route("/ws/conversations/{id}", chat_socket)


def _query(websocket: WebSocket, name: str) -> str | None:
    """A parameter of the URL. `websocket.query_params` would be kept as long as the socket."""
    return QueryParams(websocket.scope["query_string"]).get(name)


async def _claims(websocket: WebSocket, services: Services, limits: RateLimits) -> Claims:
    token = _query(websocket, "token")
    scheme, _, bearer = websocket.headers.get("authorization", "").partition(" ")
    is_in_address = token is not None
    if token is None and scheme.lower() == "bearer":
        token = bearer.strip()
    try:
        claims = services.sessions.read_socket_token(token or "")
        allowed = app_state(websocket.scope).settings.ws_allow_access_token_in_query
        if is_in_address and claims.ticket is None and not allowed:
            raise InvalidToken
        return claims
    except InvalidToken:
        limits.hit(limits.stranger(request_state(websocket.scope).address))
        raise


def _conversation_id(text: str) -> int:
    try:
        return _id.validate_python(text)
    except ValidationError as error:
        raise ConversationNotFound from error
