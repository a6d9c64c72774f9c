"""What tests of keys do again and again: have some, and a login that is not fresh any more."""

from datetime import timedelta
from typing import Any

from playwright.async_api import Page, expect
from sqlalchemy import Connection, update

from app.database import table_of
from app.models import LoginSession, ProgramKey, utc_now
from tests.page.conftest import Site
from tests.support.server import Person

_session = table_of(LoginSession)
_key = table_of(ProgramKey)


async def key_of(person: Person, name: str, **terms: Any) -> dict[str, Any]:
    """A new key, as it is told once."""
    answer = await person.post("/auth/keys", json={"name": name} | terms)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def make_logins_old(site: Site, person: Person) -> None:
    """Whoever wants to make a key from now on is asked who they are."""
    at = utc_now() - timedelta(minutes=16)
    its = update(_session).where(_session.c.user_id == person.id)
    await write(site, its.values(created_at=at, confirmed_at=None))


async def show_again(page: Page, password: str) -> None:
    """Answers the question that follows."""
    field = page.get_by_role("dialog", name="Is it you?").get_by_label("Your password")
    await expect(field).to_be_focused()
    await field.fill(password)
    await field.press("Enter")


async def make_key_old(site: Site, key: dict[str, Any], **columns: Any) -> None:
    """A key that has ended, or was used."""
    its = update(_key).where(_key.c.id == key["id"])
    await write(site, its.values(**columns or {"expires_at": utc_now() - timedelta(days=1)}))


async def write(site: Site, statement: Any) -> None:
    def run(connection: Connection) -> None:
        connection.execute(statement)

    await site.server.app.state.services.database.write(run)
