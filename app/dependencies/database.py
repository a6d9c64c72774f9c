"""The database, as a parameter."""

from typing import Annotated

from fastapi import Depends

from app.database import Database
from app.dependencies.services import ServicesDep


async def get_database(services: ServicesDep) -> Database:
    """The database of this process."""
    return services.database


DatabaseDep = Annotated[Database, Depends(get_database)]
