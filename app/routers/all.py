"""Every route of the API, in the order in which they are looked at."""

from collections.abc import Sequence
from functools import cache

from fastapi import APIRouter
from starlette.routing import BaseRoute

from app.routers import (
    admin,
    audit,
    auth,
    caps,
    chat,
    config,
    connections,
    conversations,
    emails,
    factors,
    files,
    folders,
    health,
    imports,
    keys,
    messages,
    metrics,
    models,
    oidc,
    pages,
    passkeys,
    passwords,
    presets,
    profile,
    programs,
    search,
    sessions,
    shared,
    sharing,
    socket,
    transfer,
    usage,
)

NOWHERE = {"type": "http", "method": "GET", "path": "/nowhere", "root_path": "", "headers": []}


@cache
def all_routes() -> Sequence[BaseRoute]:
    """The routes, ready to be asked: the framework works out what each of them takes when it is
    asked first, which would hold up a server's first request by a quarter of a second. Apps of one
    process share them.
    """
    api = APIRouter()
    api.include_router(programs.router)  # in front: its requests come by the hundred a second
    for module in (
        auth,
        audit,
        sessions,
        passwords,
        oidc,
        config,
        conversations,
        transfer,
        chat,
    ):
        api.include_router(module.router)
    for module in (connections, models, presets, folders, usage, caps, messages, files, search):
        api.include_router(module.router)
    for module in (admin, emails, factors, passkeys, keys, profile, sharing, shared, imports):
        api.include_router(module.router)
    for module in (socket, health, metrics, pages):
        api.include_router(module.router)
    for route in api.routes:
        route.matches(dict(NOWHERE))
    return api.routes
