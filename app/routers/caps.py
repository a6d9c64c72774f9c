"""`/usage/caps`: how much may be used, in a day or a month."""

from fastapi import APIRouter

from app.dependencies.services import ServicesDep
from app.dependencies.user import CurrentUser
from app.routers.http.responses import errors
from app.schemas.cap import CapList, CapsUpdate

router = APIRouter(prefix="/usage/caps", tags=["usage"])


@router.get("", responses=errors(401, 429))
async def list_caps(user: CurrentUser, services: ServicesDep) -> CapList:
    """One's own caps, those of the operator's that apply, and what is left of each."""
    return await services.caps.list(user.id)


@router.put("", responses=errors(401, 404, 413, 422, 429))
async def set_caps(body: CapsUpdate, user: CurrentUser, services: ServicesDep) -> CapList:
    """Set one's own caps in place of those that there were; the operator's stay."""
    return await services.caps.set(user.id, body)
