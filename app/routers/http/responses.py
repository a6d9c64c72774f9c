"""How refusals stand in the OpenAPI document."""

from http import HTTPStatus
from typing import Any

from app.schemas.document import REFERENCE
from app.schemas.error import ErrorResponse

Responses = dict[int | str, dict[str, Any]]

REFUSAL = {"$ref": REFERENCE.format(model=ErrorResponse.__name__)}
"""A reference to the schema: given as `model`, each status of each route would build a validator.
"""


def errors(*statuses: int) -> Responses:
    """The `responses` of a route that may refuse with these statuses."""
    return {status: _refusal(HTTPStatus(status)) for status in statuses}


def _refusal(status: HTTPStatus) -> dict[str, Any]:
    return {
        "description": status.phrase,
        "content": {"application/json": {"schema": REFUSAL}},
    }
