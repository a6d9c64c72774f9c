"""Requests made from the OpenAPI document, and answers compared with it, by Schemathesis."""

import secrets
from typing import Any

import httpx2
import schemathesis
from schemathesis.checks import load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.specs.openapi.checks import negative_data_rejection

from tests.faults.scale import scaled
from tests.support.api_document import OPENAPI
from tests.support.server import PASSWORD

REFUSED = ["401", "403", "404", "409", "413", "415", "422"]
CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 1,
        "generation": {
            "max-examples": scaled(5, soak=200),
            "deterministic": True,
            "database": "none",
        },
        "phases": {"coverage": {"unexpected-methods": ["TRACE"]}},
        # Some rules are beyond a schema's words: a common password, a blank message.
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["2xx", *REFUSED]},
            "negative_data_rejection": {
                "expected-statuses": [*REFUSED, "400", "429", "431", "5xx"]
            },
        },
    }
)
SCHEMA = schemathesis.openapi.from_dict(OPENAPI, config=CONFIG)
ALL = [found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)]
OPERATIONS = {operation.label: operation for operation in ALL}
load_all_checks()


def try_operation(label: str, base_url: str, token: str) -> None:
    """Send all kinds of requests for an operation, as the user of a token. Raises what Schemathesis
    has found.

    Its plugin for pytest makes the same tests, but all of them while tests are collected.
    """
    test = build_operation_test(
        config=SCHEMA.config,
        operation=OPERATIONS[label],
        test_func=_try,
        given_kwargs={},
        feedback=FeedbackSources(),
    )
    test(base_url=base_url, token=token)


def _try(case: schemathesis.Case[Any], base_url: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    # An address may hold parameters that the server does not know; those it knows must be right.
    unknown = set(case.query or ()) - {known.name for known in case.operation.query}
    excluded: list[Any] = [negative_data_rejection] if unknown else []
    case.call_and_validate(base_url, headers=headers, excluded_checks=excluded)


def new_user(base_url: str) -> tuple[int, str]:
    """A user of an operation's own, as some requests end their session: the id and a token."""
    name = f"user-{secrets.token_hex(6)}"
    account = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    login = {"username_or_email": name, "password": PASSWORD}
    with httpx2.Client(base_url=base_url, verify=False) as http:
        made = http.post("/auth/register", json=account)
        assert made.status_code == 201
        return made.json()["id"], str(http.post("/auth/login", json=login).json()["access_token"])
