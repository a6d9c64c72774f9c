"""`/auth/config`: the user's own model endpoint."""

from fastapi import APIRouter

from app.dependencies.services import LanguageDep, ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.responses import errors
from app.schemas.config import ConfigRead, ConfigUpdate, Notice

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
