"""The server keeps to its OpenAPI document, whatever is sent: no 5xx, no status, media type or
shape that the document does not tell of. The requests are made from the document, by Schemathesis:
valid ones, nearly valid ones and wrong ones, the same ones in every run."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.attacks.target import Target, target_process
from tests.support.api_document import OPENAPI

pytestmark = pytest.mark.databases("sqlite")

OPERATIONS = [f"{method.upper()} {path}" for path, of in OPENAPI["paths"].items() for method in of]


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of its own: administrators change other people's accounts."""
    return f"sqlite:///{tmp_path_factory.mktemp('documented') / 'chat.db'}"


@pytest.fixture(scope="module")
async def target(
    anyio_backend: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Target]:
    """A server whose users have no model, so that no request waits for one. What the environment
    says no administrator changes: everybody can register all the time."""
    folder: Path = tmp_path_factory.mktemp("documented")
    open_to_all = {"REGISTRATION": "open", "REQUIRE_VERIFIED_EMAIL": "false"}
    async with target_process(database_url, folder, **open_to_all) as running:
        yield running


def promote(database_url: str, user_id: int) -> None:
    """Make somebody an administrator, in one write beside the server."""
    engine = create_engine(database_url, connect_args={"timeout": 60})
    with engine.begin() as connection:
        connection.execute(text("UPDATE user SET role = 'admin' WHERE id = :id"), {"id": user_id})
    engine.dispose()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_answers_are_as_documented(operation: str, target: Target, database_url: str) -> None:
    # To load Schemathesis and to make its requests takes seconds; every process of tests would.
    from tests.attacks.documented import new_user, try_operation  # noqa: PLC0415

    base_url = f"http://127.0.0.1:{target.port}"
    id, token = new_user(base_url)
    if " /admin/" in operation:
        promote(database_url, id)
    try_operation(operation, base_url, token)
