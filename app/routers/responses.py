"""How refusals stand in the OpenAPI document."""

from typing import Any

from app.schemas.error import ErrorResponse

Responses = dict[int | str, dict[str, Any]]


def errors(*statuses: int) -> Responses:
    """The `responses` of a route that may refuse with these statuses."""
    return {status: {"model": ErrorResponse} for status in statuses}
