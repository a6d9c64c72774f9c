"""`/admin`: what administrators do. One router, behind one dependency."""

from fastapi import APIRouter

from app.routers.admin import caps, connections, groups, users

router = APIRouter(prefix="/admin", tags=["admin"])
for module in (users, groups, connections, caps):
    router.include_router(module.router)
