"""`/admin`: what administrators do. One router, behind one dependency."""

from fastapi import APIRouter

from app.routers.admin import avatars, caps, connections, groups, invites, settings, users

router = APIRouter(prefix="/admin", tags=["admin"])
for module in (users, avatars, groups, connections, caps, invites, settings):
    router.include_router(module.router)
