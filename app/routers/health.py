"""`/health`: for probes and load balancers."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from app.dependencies.database import DatabaseDep
from app.dependencies.services import ServicesDep
from app.errors import ServerRestarting
from app.routers.http.responses import errors
from app.services.upkeep.health import probe

router = APIRouter(prefix="/health", tags=["health"])


class Health(BaseModel):
    """All is well."""

    status: Literal["ok"] = "ok"


@router.get("/live")
async def live() -> Health:
    """The process answers."""
    return Health()


@router.get("/ready", responses=errors(503))
async def ready(services: ServicesDep, database: DatabaseDep) -> Health:
    """The process takes work: the database answers, and it is not shutting down."""
    if services.supervisor.draining:
        raise ServerRestarting
    await database.read(probe)
    return Health()
