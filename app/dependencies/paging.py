"""Which part of a list a request is for."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from app.schemas.fields import AsWritten, Id

Limit = Annotated[int, Field(ge=1, le=200), AsWritten, Query()]
"""How many at most."""
BeforeId = Annotated[Id | None, Query()]
"""Only what is older than this one."""
