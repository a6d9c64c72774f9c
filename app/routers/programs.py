"""`/v1`: the API for programs that speak OpenAI's. A key opens it, and nothing else does."""

from contextlib import ExitStack

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from app.connections.request import request_state
from app.errors import AppError, InvalidKey, NotFound
from app.responses import error_response, note
from app.routers.http.relayed import RelayedStream, whole
from app.services.gateway.body import GatewayEndpoint
from app.services.gateway.service import SCOPES, require_scope
from app.services.keys.holder import KeyHolder
from app.services.keys.service import KEY_CHARACTERS
from app.state import AppState, app_state
from app.utils.tokens import KEY_MARK

router = APIRouter(prefix="/v1", include_in_schema=False)

JSON = "application/json"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


@router.get("/models")
async def list_models(request: Request) -> Response:
    """The models that the key is for."""
    state = app_state(request.scope)
    holder = await _holder(request, state)
    require_scope(holder, "models")
    return _answer(await state.services.gateway.models(holder), state, holder)


@router.get("/models/{id:path}")
async def read_model(id: str, request: Request) -> Response:
    """One of them."""
    state = app_state(request.scope)
    holder = await _holder(request, state)
    require_scope(holder, "models")
    return _answer(await state.services.gateway.model(holder, id), state, holder)


@router.post("/chat/completions")
async def complete_chat(request: Request) -> Response:
    """A chat completion, streamed where the body says so."""
    return await _pass_on(request, "chat")


@router.post("/responses")
async def respond(request: Request) -> Response:
    """A response, streamed where the body says so."""
    return await _pass_on(request, "responses")


@router.post("/embeddings")
async def embed(request: Request) -> Response:
    """Embeddings."""
    return await _pass_on(request, "embeddings")


@router.api_route("/{path:path}", methods=METHODS)
async def nothing_there(request: Request) -> Response:
    """What OpenAI has and we have not is told to those alone who have a key."""
    await _holder(request, app_state(request.scope))
    raise NotFound


async def _pass_on(request: Request, endpoint: GatewayEndpoint) -> Response:
    state = app_state(request.scope)
    gateway = state.services.gateway
    holder = await _holder(request, state)
    told = state.rate_limits.told_program(holder.user_id)
    try:
        require_scope(holder, SCOPES[endpoint])
        with ExitStack() as held:
            opened = state.connections.programs.opened(holder.id, holder.user_id)
            ended = held.enter_context(opened)
            prepared = await gateway.prepare(holder, endpoint, await request.body())
            if prepared.is_streamed:
                return RelayedStream(gateway, prepared, ended, told, held.pop_all())
            answer = await whole(gateway.answer(prepared), request.receive, ended)
    except AppError as error:
        note(request.scope, error)
        refusal = error_response(request.scope, error)
        refusal.headers.update(told)
        return refusal
    except ClientDisconnect:
        return Response(status_code=499)
    return Response(answer, media_type=JSON, headers=told)


async def _holder(request: Request, state: AppState) -> KeyHolder:
    """Who holds the key of a request; InvalidKey, and RateLimited once their budget is spent."""
    own = request_state(request.scope)
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    key = key.strip()
    with state.rate_limits.finding_key(key[:KEY_CHARACTERS], own.address):
        is_key = key.startswith(KEY_MARK) and len(key) == KEY_CHARACTERS and key.isascii()
        if scheme.lower() != "bearer" or not is_key:
            raise InvalidKey
        holder = await state.services.keys.holder(key)
    own.user_id = holder.user_id
    state.rate_limits.hit_program(holder.user_id)
    return holder


def _answer(body: bytes, state: AppState, holder: KeyHolder) -> Response:
    told = state.rate_limits.told_program(holder.user_id)
    return Response(body, media_type=JSON, headers=told)
