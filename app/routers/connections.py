"""`/connections`: the servers whose models a user brings."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.dependencies.services import LanguageDep, ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.responses import errors
from app.routers.words import worded
from app.schemas.config import ModelNames, TryResult
from app.schemas.connection import (
    ConnectionCreate,
    ConnectionList,
    ConnectionRead,
    ConnectionTry,
    ConnectionUpdate,
    ModelCreate,
)
from app.schemas.fields import Id
from app.schemas.model import ModelRead

ConnectionId = Annotated[Id, Path(alias="id")]

router = APIRouter(prefix="/connections", tags=["connections"])


@router.get("", responses=errors(401, 429))
async def list_connections(user: CurrentUser, services: ServicesDep) -> ConnectionList:
    """The user's connections; the operator's are not among them."""
    return await services.connections.list(user.id)


@router.post("", status_code=201, responses=errors(401, 409, 413, 422, 429))
async def create_connection(
    body: ConnectionCreate, user: CurrentUser, services: ServicesDep
) -> ConnectionRead:
    """Save a connection. The key is encrypted and never shown again."""
    return await services.connections.create(user.id, body)


@router.get("/{id}", responses=errors(401, 404, 422, 429))
async def get_connection(
    id: ConnectionId, user: CurrentUser, services: ServicesDep
) -> ConnectionRead:
    """One connection."""
    return await services.connections.get(user.id, id)


@router.patch("/{id}", responses=errors(401, 404, 413, 422, 429))
async def change_connection(
    id: ConnectionId, body: ConnectionUpdate, user: CurrentUser, services: ServicesDep
) -> ConnectionRead:
    """Change what is given."""
    return await services.connections.change(user.id, id, body)


@router.delete("/{id}", status_code=204, responses=errors(401, 404, 422, 429))
async def remove_connection(id: ConnectionId, user: CurrentUser, services: ServicesDep) -> None:
    """Forget a connection and its key; a running reply goes on."""
    await services.connections.remove(user.id, id)


@router.post("/{id}/refresh", responses=errors(401, 404, 422, 429))
async def refresh_models(
    id: ConnectionId, user: CurrentUser, services: ServicesDep, language: LanguageDep
) -> ModelNames:
    """Ask the server for its models, and keep them."""
    return worded(await services.trials.refresh(user.id, id), language)


@router.post("/{id}/test", responses=errors(401, 404, 413, 422, 429))
async def try_model(
    id: ConnectionId,
    body: ConnectionTry,
    user: CurrentUser,
    services: ServicesDep,
    language: LanguageDep,
) -> TryResult:
    """Whether a model of the connection answers."""
    return worded(await services.trials.test(user.id, id, body.model_name), language)


@router.post(
    "/{id}/models",
    status_code=201,
    response_model=ModelRead,
    responses=errors(401, 404, 409, 413, 422, 429),
)
async def add_model(
    id: ConnectionId, body: ModelCreate, user: CurrentUser, services: ServicesDep
) -> Response:
    """Name a model that the server's list has not."""
    made = await services.connections.add_model(user.id, id, body.name.strip())
    return Response(made, 201, media_type="application/json")
