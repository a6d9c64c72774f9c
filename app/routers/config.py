"""`/auth/config`: the user's own model endpoint."""

from fastapi import APIRouter

from app.dependencies.services import LanguageDep, ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.responses import errors
from app.routers.words import worded
from app.schemas.config import (
    ConfigOptions,
    ConfigRead,
    ConfigUpdate,
    EndpointTry,
    ModelNames,
    ModelTry,
    Notice,
    TryResult,
)

UPDATED = {"zh": "配置已更新", "en": "Configuration updated"}

router = APIRouter(prefix="/auth/config", tags=["config"])


@router.put("", responses=errors(401, 413, 422, 429))
async def put_config(
    body: ConfigUpdate, user: CurrentUser, services: ServicesDep, language: LanguageDep
) -> Notice:
    """Save the endpoint. The key is encrypted and never shown again."""
    await services.configs.put(user.id, body)
    return Notice(message=UPDATED[language])


@router.get("", responses=errors(401, 404, 429))
async def get_config(user: CurrentUser, services: ServicesDep) -> ConfigRead:
    """The endpoint without its key."""
    return await services.configs.get(user.id)


@router.delete("", status_code=204, responses=errors(401, 404, 429))
async def remove_config(user: CurrentUser, services: ServicesDep) -> None:
    """Forget the endpoint and its key; from then on the operator's model answers, if any."""
    await services.configs.remove(user.id)


@router.get("/options", responses=errors(401, 429))
async def config_options(user: CurrentUser, services: ServicesDep) -> ConfigOptions:
    """What there is to choose from: the operator's model, and servers on this machine."""
    return services.configs.options()


@router.post("/models", responses=errors(401, 404, 413, 422, 429))
async def list_models(
    user: CurrentUser,
    services: ServicesDep,
    language: LanguageDep,
    body: EndpointTry | None = None,
) -> ModelNames:
    """The models that an endpoint offers, before it is saved or afterwards."""
    return worded(await services.trials.models(user.id, body or EndpointTry()), language)


@router.post("/test", responses=errors(401, 404, 413, 422, 429))
async def try_model(
    user: CurrentUser,
    services: ServicesDep,
    language: LanguageDep,
    body: ModelTry | None = None,
) -> TryResult:
    """Whether a model answers, before it is saved or afterwards."""
    return worded(await services.trials.reply(user.id, body or ModelTry()), language)
