"""Second factors as an authenticator app has them."""

from dataclasses import dataclass
from typing import Any

import httpx2
import pyotp
from sqlalchemy import Connection, update

from app.database import table_of
from app.models import Totp
from tests.support.server import PASSWORD, Person, RunningServer

_totp = table_of(Totp)


@dataclass
class Factor:
    """A person's app, and their recovery codes."""

    person: Person
    secret: str
    recovery_codes: list[str]

    def code(self) -> str:
        """What the app shows now."""
        return pyotp.TOTP(self.secret).now()

    async def as_if_later(self) -> None:
        """Take it that the last code was used long ago, so that the one shown now is another."""

        def forget(connection: Connection) -> None:
            mine = update(_totp).where(_totp.c.user_id == self.person.id)
            connection.execute(mine.values(last_step=0))

        await self.person.server.app.state.services.database.write(forget)

    async def fresh(self) -> str:
        """A code that was not used."""
        await self.as_if_later()
        return self.code()


async def set_up(person: Person) -> Factor:
    """Give a person a second factor, as the page does."""
    begun = (await person.post("/auth/totp")).json()
    code = pyotp.TOTP(begun["secret"]).now()
    answer = await person.post("/auth/totp/confirm", json={"code": code})
    assert answer.status_code == 200, answer.text
    return Factor(person, begun["secret"], answer.json()["recovery_codes"])


async def first_step(
    server: RunningServer, person: Person, password: str = PASSWORD
) -> httpx2.Response:
    """Name and password alone."""
    body = {"username_or_email": person.name, "password": password}
    return await server.http.post("/auth/login", json=body)


async def ticket_of(server: RunningServer, person: Person, password: str = PASSWORD) -> str:
    """The ticket that name and password get."""
    answer = await first_step(server, person, password)
    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")
    return str(answer.json()["second_factor"])


async def second_step(server: RunningServer, ticket: str, **given: Any) -> httpx2.Response:
    """The other half of a login."""
    return await server.http.post("/auth/login/second", json={"ticket": ticket} | given)
