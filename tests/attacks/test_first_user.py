"""Whoever registers first is a user like any other: nobody becomes an administrator by the API."""

import asyncio
from pathlib import Path

import pytest

from tests.attacks.target import Target
from tests.conftest import StartServer
from tests.support.server import Person, RunningServer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


@pytest.fixture
async def fresh(start_server: StartServer, tmp_path: Path) -> RunningServer:
    """A server on which nobody has registered."""
    return await start_server(database_url=f"sqlite:///{tmp_path / 'fresh.db'}")


async def _powers(person: Person) -> list[tuple[str, int, list[str]]]:
    """What a user is shown of themselves, on every path that needs nothing else."""
    paths = (await person.get("/openapi.json")).json()["paths"]
    plain = [path for path, item in paths.items() if "get" in item and "{" not in path]
    answers = [(path, await person.get(path)) for path in plain]
    return [
        (path, each.status_code, sorted(each.json()))
        for path, each in answers
        if each.headers["content-type"] == "application/json"
    ]


async def test_the_first_and_the_second_may_do_the_same(fresh: RunningServer) -> None:
    first, second = await fresh.register(), await fresh.register()
    assert first.id == 1
    assert await _powers(first) == await _powers(second)
    assert (await second.get("/auth/me")).json().keys() == {
        *("id", "username", "email", "created_at", "has_config", "can_chat", "default_model"),
        *("default_model_left", "default_model_daily", "attachments_max_bytes"),
        *("default_model_is_demo", "default_model_id", "title_model_id", "custom_instructions"),
        *("shares", "shares_expire_days", "role", "display_name", "avatar"),
        *("email_verified", "pending_email", "second_factor_needed", "has_password"),
    }
    assert [(await each.get("/auth/me")).json()["role"] for each in (first, second)] == ["user"] * 2


async def test_a_race_to_be_first_wins_nothing(fresh: RunningServer) -> None:
    people = await asyncio.gather(*(fresh.register() for _ in range(8)))
    powers = [await _powers(person) for person in people]
    assert all(each == powers[0] for each in powers)


@pytest.mark.parametrize("name", ["admin", "root", "administrator", "system"])
async def test_a_name_is_no_power(fresh: RunningServer, name: str) -> None:
    somebody, named = await fresh.register(), await fresh.register(name)
    assert await _powers(named) == await _powers(somebody)


async def test_there_is_nothing_to_administer_beside_what_is_documented(target: Target) -> None:
    ada = await target.visitor()
    for path in ("/admin", "/users", "/auth/users", "/api/users", "/auth/me/1", "/users/1"):
        for method in ("GET", "POST", "PUT", "DELETE"):
            assert (await ada.request(method, path)).status_code in (404, 405), path
    assert (await ada.get("/admin/users")).status_code == 403
