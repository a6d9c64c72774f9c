"""The server keeps to its OpenAPI document, whatever is sent: no 5xx, no status, media type or
shape that the document does not tell of. The requests are made from the document, by Schemathesis:
valid ones, nearly valid ones and wrong ones, the same ones in every run."""

import secrets
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection

from tests.attacks.target import Target, target_process
from tests.faults.scale import scaled
from tests.support.api_document import OPENAPI
from tests.support.server import PASSWORD

pytestmark = pytest.mark.databases("sqlite")

REFUSED = ["401", "403", "404", "409", "422"]
config = SchemathesisConfig.from_dict(
    {
        "seed": 1,
        "generation": {
            "max-examples": scaled(5, soak=200),
            "deterministic": True,
            "database": "none",
        },
        "phases": {"coverage": {"unexpected-methods": ["TRACE"]}},
        # Some rules are beyond a schema's words: a common password, a blank message.
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", *REFUSED]}},
    }
)
schema = schemathesis.openapi.from_dict(OPENAPI, config=config)


@pytest.fixture(scope="module")
async def target(
    anyio_backend: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Target]:
    """A server whose users have no model, so that no request waits for one."""
    folder = tmp_path_factory.mktemp("documented")
    async with target_process(database_url, folder) as running:
        yield running


tokens: dict[str, str] = {}
"""A user for each operation: some end their own session."""


@schema.parametrize()
def test_answers_are_as_documented(case: schemathesis.Case[Any], target: Target) -> None:
    base_url = f"http://127.0.0.1:{target.port}"
    label = case.operation.label
    if label not in tokens:
        tokens[label] = _token(base_url)
    headers = {"Authorization": f"Bearer {tokens[label]}"}
    # An address may hold parameters that the server does not know; those it knows must be right.
    unknown = set(case.query or ()) - {known.name for known in case.operation.query}
    excluded: list[Any] = [negative_data_rejection] if unknown else []
    case.call_and_validate(base_url, headers=headers, excluded_checks=excluded)


def _token(base_url: str) -> str:
    name = f"user-{secrets.token_hex(6)}"
    account = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    login = {"username_or_email": name, "password": PASSWORD}
    with httpx2.Client(base_url=base_url, verify=False) as http:
        assert http.post("/auth/register", json=account).status_code == 201
        return str(http.post("/auth/login", json=login).json()["access_token"])
