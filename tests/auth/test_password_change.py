"""A new password: asked for the old one, or by the operator's leave; and never a common one."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.cli_process import run
from tests.support.refusals import assert_refused, last_words
from tests.support.server import ENCRYPTION_KEY, PASSWORD, SECRET_KEY, Person, RunningServer

pytestmark = pytest.mark.anyio

NEW = "another long passphrase"
COMMON = [
    "12345678",
    "password",
    "PASSWORD",
    "Password123",
    "ｐａｓｓｗｏｒｄ",
    "qwertyuiop",
    "11111111",
]


async def log_in(server: RunningServer, name: str, password: str) -> httpx2.Response:
    body = {"username_or_email": name, "password": password}
    return await server.http.post("/auth/login", json=body)


async def change(person: Person, old: str, new: str) -> httpx2.Response:
    body = {"old_password": old, "new_password": new}
    return await person.request("PUT", "/auth/password", json=body)


async def test_changing_ends_the_other_sessions(server: RunningServer) -> None:
    ada = await server.register()
    other = await server.log_in(ada.name, PASSWORD)
    conversation = await ada.conversation()
    async with ada.socket(conversation) as kept, other.socket(conversation) as lost:
        assert (await change(ada, PASSWORD, NEW)).status_code == 204
        assert_refused(await other.get("/auth/me"), 401, "invalid_token")
        assert (await last_words(lost.connection))[1] == 4401
        await kept.send(type="ping")
        assert await kept.receive() == {"type": "pong"}
    assert (await (await ada.refresh()).get("/auth/me")).status_code == 200
    assert_refused(await log_in(server, ada.name, PASSWORD), 401, "invalid_credentials")
    assert (await log_in(server, ada.name, NEW)).status_code == 200


@pytest.mark.databases("sqlite")
async def test_the_old_password_is_asked(server: RunningServer) -> None:
    ada = await server.register()
    assert_refused(await change(ada, NEW, NEW), 403, "wrong_password")
    assert (await log_in(server, ada.name, PASSWORD)).status_code == 200


async def test_of_two_changes_at_once_one_wins(server: RunningServer) -> None:
    ada = await server.register()
    answers = await asyncio.gather(*(change(ada, PASSWORD, f"{NEW} {n}") for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 403, 403, 403]
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 204)
    assert (await log_in(server, ada.name, f"{NEW} {winner}")).status_code == 200


@pytest.mark.databases("sqlite")
async def test_common_passwords_are_refused_everywhere(server: RunningServer) -> None:
    ada = await server.register()
    token = await server.app.state.services.passwords.make_reset(ada.name)
    for common in COMMON:
        body: dict[str, Any] = {"username": "common", "email": "common@example.com"}
        answer = await server.http.post("/auth/register", json=body | {"password": common})
        assert_refused(answer, 422, "password_too_common")
        assert_refused(await change(ada, PASSWORD, common), 422, "password_too_common")
        assert_refused(await reset(server, token, common), 422, "password_too_common")
    assert (await log_in(server, ada.name, PASSWORD)).status_code == 200
    assert (await reset(server, token, NEW)).status_code == 204


async def reset(server: RunningServer, token: str, password: str) -> httpx2.Response:
    body = {"token": token, "new_password": password}
    return await server.http.post("/auth/password/reset", json=body)


async def reset_link(name: str, folder: Path, database_url: str) -> str:
    """A token from the command line, out of the link that the operator gets."""
    settings = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET_KEY,
        "ENCRYPTION_KEY": ENCRYPTION_KEY,
    }
    ended = await asyncio.to_thread(run, folder, "user", "reset-link", name, **settings)
    assert ended.returncode == 0, ended.stderr
    page, _, token = ended.stdout.splitlines()[-1].partition("#token=")
    assert page == "/reset"
    return token


async def test_a_reset_token_sets_a_password_once(
    server: RunningServer, database_url: str, tmp_path: Path
) -> None:
    ada = await server.register()
    older = await server.app.state.services.passwords.make_reset(ada.name)
    token = await reset_link(ada.name, tmp_path, database_url)
    for wrong in (older, token + "x", "x"):
        assert_refused(await reset(server, wrong, NEW), 422, "invalid_reset_token")
    async with ada.socket(await ada.conversation()) as socket:
        answers = await asyncio.gather(*(reset(server, token, NEW) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [204, 422, 422, 422]
        assert_refused(await ada.get("/auth/me"), 401, "invalid_token")
        assert (await last_words(socket.connection))[1] == 4401
    assert_refused(await reset(server, token, PASSWORD), 422, "invalid_reset_token")
    assert_refused(await log_in(server, ada.name, PASSWORD), 401, "invalid_credentials")
    assert (await log_in(server, ada.name, NEW)).status_code == 200


async def test_a_changed_password_voids_the_reset_token(server: RunningServer) -> None:
    ada = await server.register()
    token = await server.app.state.services.passwords.make_reset(ada.name)
    assert (await change(ada, PASSWORD, NEW)).status_code == 204
    assert_refused(await reset(server, token, PASSWORD), 422, "invalid_reset_token")


@pytest.mark.databases("sqlite")
async def test_nobody_gets_a_reset_token_for_nobody(
    server: RunningServer, database_url: str, tmp_path: Path
) -> None:
    settings = {"SECRET_KEY": SECRET_KEY, "ENCRYPTION_KEY": ENCRYPTION_KEY}
    ended = await asyncio.to_thread(
        run, tmp_path, "user", "reset-link", "nobody", DATABASE_URL=database_url, **settings
    )
    assert ended.returncode == 1 and ended.stdout == ""
    assert ended.stderr == "There is no account named nobody\n"
