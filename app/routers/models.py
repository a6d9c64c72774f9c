"""`/models`: all models that a user may use."""

from fastapi import APIRouter, Response

from app.dependencies.services import ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.responses import errors
from app.schemas.fields import Id
from app.schemas.model import ModelList, ModelRead, ModelUpdate

JSON = "application/json"

router = APIRouter(prefix="/models", tags=["models"])


@router.get("", response_model=ModelList, responses=errors(401, 429))
async def list_models(user: CurrentUser, services: ServicesDep) -> Response:
    """The user's own models and the operator's, by connection."""
    return Response(await services.models.all(user.id), media_type=JSON)


@router.patch("/{id}", response_model=ModelRead, responses=errors(401, 403, 404, 413, 422, 429))
async def change_model(
    id: Id, body: ModelUpdate, user: CurrentUser, services: ServicesDep
) -> Response:
    """Change what is given; of a shared model that is `favourite` only."""
    return Response(await services.models.change(user.id, id, body), media_type=JSON)
