"""`/admin`: what administrators do. One router, behind one dependency."""

from fastapi import APIRouter

from app.routers.admin import users

router = APIRouter(prefix="/admin", tags=["admin"])
for module in (users,):
    router.include_router(module.router)
