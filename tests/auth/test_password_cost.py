"""After `BCRYPT_ROUNDS` was changed: each login stores a hash of the new cost, and nobody is told
apart by an old one."""

import asyncio
from collections.abc import Sequence

import bcrypt
import pytest
from sqlalchemy import Connection, select

from app.database import table_of
from app.models import User
from app.utils import security
from app.utils.security import hash_password, rounds_of, unmatched_hash, verify_password
from tests.conftest import StartServer
from tests.support.server import PASSWORD, RunningServer

pytestmark = pytest.mark.anyio


def hash_of(connection: Connection, user_id: int) -> str:
    user = table_of(User)
    mine = select(user.c.password_hash).where(user.c.id == user_id)
    return str(connection.execute(mine).scalar_one())


async def stored(server: RunningServer, user_id: int) -> str:
    found: str = await server.app.state.services.database.read(hash_of, user_id)
    return found


async def statuses(server: RunningServer, name: str, passwords: Sequence[str]) -> list[int]:
    """What logins with these passwords, all at once, are answered with."""
    bodies = [{"username_or_email": name, "password": password} for password in passwords]
    answers = await asyncio.gather(*(server.http.post("/auth/login", json=b) for b in bodies))
    return [answer.status_code for answer in answers]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("rounds", [5, 7], ids=["lowered", "raised"])
async def test_a_login_stores_a_hash_of_the_cost_that_is_set(
    start_server: StartServer, rounds: int
) -> None:
    before = await start_server(bcrypt_rounds=6)
    ada = await before.register()
    old = await stored(before, ada.id)
    server = await start_server(bcrypt_rounds=rounds)
    assert await statuses(server, ada.name, ["wrong password"]) == [401]
    assert await stored(server, ada.id) == old
    passwords = [PASSWORD, "wrong password", PASSWORD, PASSWORD]
    assert await statuses(server, ada.name, passwords) == [200, 401, 200, 200]
    new = await stored(server, ada.id)
    assert (rounds_of(old), rounds_of(new)) == (6, rounds)
    assert await statuses(server, ada.name, [PASSWORD, "wrong password"]) == [200, 401]
    assert await stored(server, ada.id) == new


@pytest.mark.parametrize("cost", [4, 6, 8])
def test_a_wrong_password_is_the_same_work_at_every_cost(
    cost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []

    def counted(password: bytes, hashed: bytes) -> bool:
        done.append(2 ** rounds_of(hashed.decode()))
        return bcrypt.checkpw(password, hashed)

    hashed = hash_password(PASSWORD, cost)
    monkeypatch.setattr(security, "checkpw", counted)
    assert not verify_password("wrong password", hashed, 8)
    assert sum(done) == 2**8
    done.clear()
    assert not verify_password(PASSWORD, unmatched_hash(cost), 8)
    assert sum(done) == 2**8
    assert verify_password(PASSWORD, hashed, 8)
