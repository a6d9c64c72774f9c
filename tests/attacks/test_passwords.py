"""Passwords cannot be shortened, guessed at speed, or used to learn who has an account."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import update

from app.database import table_of
from app.migration import sync_engine
from app.models import User
from app.utils.security import hash_password
from tests.attacks.target import Target, face, probed, target_process
from tests.support.backups import settings
from tests.support.server import PASSWORD, Person
from tests.support.server_process import ServerProcess

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

ROUNDS = 8
"""So many that hashing is most of what a login takes."""
WORK_LOGINS = 25
WORK_DIFFERENCE = 0.1
LONG = "a 72-byte prefix that is exactly as long as what bcrypt reads of anything"


async def _log_in(
    server: ServerProcess, name: str, password: str, **headers: str
) -> httpx2.Response:
    body = {"username_or_email": name, "password": password}
    return await server.http.post("/auth/login", json=body, headers=headers)


@pytest.mark.parametrize(
    ("password", "other"),
    [
        (LONG + "right", LONG + "wrong"),
        (LONG * 1 + "x", LONG),
        ("密" * 24 + "码", "密" * 24 + "马"),
        ("before\0after!", "before\0other!"),
        ("before\0after!", "before\0"),
        ("Case Matters 1", "case matters 1"),
        ("blank at the end ", "blank at the end"),
        ("x" * 127 + "y", "x" * 128),
    ],
)
async def test_every_character_counts(target: Target, password: str, other: str) -> None:
    ada = await target.register(password=password)
    assert (await _log_in(target, ada.name, password)).status_code == 200
    assert (await _log_in(target, ada.name, other)).status_code == 401


@pytest.mark.parametrize("password", ["password", "None", "null", "\0", "$2b$08$" + "a" * 53, "-"])
async def test_nobody_has_no_password(target: Target, password: str) -> None:
    """The hash that stands for users who do not exist matches nothing."""
    ada = await target.visitor()
    names = ["nobody-at-all", "", "None", "null", f"{ada.name}\0", f"{ada.name}'--", "%", "_" * 20]
    wrong = face(await _log_in(target, ada.name, f"{password} is wrong"))
    for name in names:
        answer = await _log_in(target, name, password)
        assert answer.status_code in (401, 422)
        if answer.status_code == 401:
            assert face(answer) == wrong, name


@pytest.fixture(scope="module")
async def costly(
    anyio_backend: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Target]:
    """A server on which a login costs something."""
    folder = tmp_path_factory.mktemp("costly")
    settings = {"BCRYPT_ROUNDS": str(ROUNDS)}
    async with target_process(database_url, folder, **settings) as running, probed(running):
        yield running
        running.assert_unharmed()


@pytest.mark.parametrize("rounds", [4, ROUNDS, ROUNDS + 1])
async def test_a_login_is_as_much_work_whether_the_user_exists_or_not(
    costly: Target, database_url: str, rounds: int
) -> None:
    """Also where the hash is of before `BCRYPT_ROUNDS` was changed."""
    ada = await costly.visitor()
    await asyncio.to_thread(_hash_with, database_url, ada, rounds)
    await _work(costly, ada.name)
    least = dict.fromkeys([ada.name, "nobody-at-all", "nobody@example.com"], float("inf"))
    for _ in range(WORK_LOGINS):  # by turns: a busy neighbour makes any of them cost more
        for name in least:
            least[name] = min(least[name], await _work(costly, name))
    assert max(least.values()) <= min(least.values()) * (1 + WORK_DIFFERENCE), least


def _hash_with(database_url: str, person: Person, rounds: int) -> None:
    user, engine = table_of(User), sync_engine(settings(database_url))
    hashed = hash_password(PASSWORD, rounds)
    with engine.begin() as connection:
        mine = update(user).where(user.c.username == person.name)
        connection.execute(mine.values(password_hash=hashed))
    engine.dispose()


async def _work(target: Target, name: str) -> float:
    """The CPU time that a login takes in the server's threads beside its event loop, in seconds."""
    before = await asyncio.to_thread(_beside_the_loop, target.pid)
    assert (await _log_in(target, name, "wrong password")).status_code == 401
    after = await asyncio.to_thread(_beside_the_loop, target.pid)
    return sum(spent - before.get(thread, 0) for thread, spent in after.items())


def _beside_the_loop(pid: int) -> dict[str, float]:
    """CPU time of each thread but the main one (proc(5): first field of `schedstat`, in ns)."""
    threads = [task for task in Path(f"/proc/{pid}/task").iterdir() if task.name != str(pid)]
    spent: dict[str, float] = {}
    for thread in threads:
        with suppress(OSError):  # it has ended meanwhile
            spent[thread.name] = int((thread / "schedstat").read_text().split()[0]) / 1e9
    return spent


async def test_another_claimed_address_for_each_guess_gains_nothing(strict: Target) -> None:
    person = await _registered(strict, "203.0.113.9")
    answers = [
        await _log_in(
            strict, person, f"guess {n}", **{"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.9"}
        )
        for n in range(14)
    ]
    assert [answer.status_code for answer in answers[-4:]] == [429] * 4
    other_headers = {
        "X-Real-IP": "198.51.100.99",
        "Forwarded": "for=198.51.100.99",
        "True-Client-IP": "198.51.100.99",
        "CF-Connecting-IP": "198.51.100.99",
        "X-Forwarded-For": "198.51.100.99, , 203.0.113.9,",
    }
    assert (await _log_in(strict, person, "guess", **other_headers)).status_code == 429


async def test_guessing_does_not_lock_the_owner_out(strict: Target) -> None:
    person = await _registered(strict, "203.0.113.77")
    for n in range(25):
        await _log_in(strict, person, f"guess {n}", **{"X-Forwarded-For": "192.0.2.66"})
    home = {"X-Forwarded-For": "198.51.100.7"}
    assert (await _log_in(strict, person, PASSWORD, **home)).status_code == 200


async def test_guesses_from_a_whole_network_share_one_budget(strict: Target) -> None:
    person = await _registered(strict, "203.0.113.78")
    statuses = []
    for n in range(16):
        headers = {"X-Forwarded-For": f"2001:db8:7:{n:x}::{n + 1:x}"}
        statuses.append((await _log_in(strict, person, f"guess {n}", **headers)).status_code)
    assert statuses[-4:] == [429] * 4


async def _registered(strict: Target, address: str) -> str:
    name = f"guessed-{os.urandom(4).hex()}"
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    headers = {"X-Forwarded-For": address}
    answer = await strict.http.post("/auth/register", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return name
