"""`/admin`: what administrators do. One router, behind one dependency."""

from fastapi import APIRouter

from app.routers.admin import (
    audit,
    avatars,
    caps,
    connections,
    groups,
    invites,
    overview,
    settings,
    usage,
    users,
)

router = APIRouter(prefix="/admin", tags=["admin"])
for module in (
    users,
    avatars,
    groups,
    connections,
    caps,
    invites,
    settings,
    overview,
    usage,
    audit,
):
    router.include_router(module.router)
