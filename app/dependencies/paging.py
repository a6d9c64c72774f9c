"""Which part of a list a request is for."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import Field

from app.errors import InvalidInput
from app.schemas.fields import AsWritten, Id
from app.schemas.message import NEWEST, Direction, HistoryPlace

Limit = Annotated[int, Field(ge=1, le=200), AsWritten, Query()]
"""How many at most."""
BeforeId = Annotated[Id | None, Query()]
"""Only what is older than this one."""


def place_in_history(
    before_id: BeforeId = None,
    after_id: Annotated[Id | None, Query()] = None,
    around_id: Annotated[Id | None, Query()] = None,
) -> HistoryPlace:
    """Where in a history to read; InvalidInput for more than one place."""
    asked: dict[Direction, int | None] = {
        "before": before_id,
        "after": after_id,
        "around": around_id,
    }
    given = [HistoryPlace(where, id) for where, id in asked.items() if id is not None]
    if len(given) > 1:
        raise InvalidInput(where=f"{given[-1].direction}_id")
    return given[0] if given else NEWEST


InHistory = Annotated[HistoryPlace, Depends(place_in_history)]
