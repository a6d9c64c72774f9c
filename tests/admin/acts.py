"""What administrators do in the tests, in short words."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, update

from app.database import table_of
from app.models import LoginSession, User
from tests.support.audit_log import Event, events
from tests.support.server import Person, RunningServer

_user = table_of(User)
_session = table_of(LoginSession)


async def change(admin: Person, user: Person, **values: Any) -> Any:
    return await admin.request("PATCH", f"/admin/users/{user.id}", json=values)


async def delete(admin: Person, user: Person) -> Any:
    return await admin.request("DELETE", f"/admin/users/{user.id}")


async def act(admin: Person, user: Person, what: str) -> Any:
    return await admin.post(f"/admin/users/{user.id}/{what}")


async def seen(admin: Person, user: Person) -> dict[str, Any]:
    """The account as an administrator sees it."""
    answer = await admin.get(f"/admin/users/{user.id}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def done_to(user: Person, by: Person) -> list[tuple[str, dict[str, Any]]]:
    """What an administrator did to somebody, oldest first, as the log has it."""
    rows: list[Event] = await events(user.server, user_id=user.id)
    admins = [row for row in rows if row["detail"].pop("admin_id", None) == by.id]
    return [(row["action"], row["detail"]) for row in admins]


async def set_user(server: RunningServer, user: Person, **values: Any) -> None:
    """Write into a user's row, as nothing else can make it."""

    def write(connection: Connection) -> None:
        connection.execute(update(_user).where(_user.c.id == user.id).values(**values))

    await server.app.state.services.database.write(write)


async def make_pending(server: RunningServer, user: Person) -> None:
    await set_user(server, user, yn=0, pending_at=datetime.now(UTC))


async def make_login_old(person: Person) -> None:
    """Have somebody's password be given 16 minutes ago."""

    def write(connection: Connection) -> None:
        its = update(_session).where(_session.c.id == person.session_id)
        at = datetime.now(UTC) - timedelta(minutes=16)
        connection.execute(its.values(created_at=at, confirmed_at=None))

    await person.server.app.state.services.database.write(write)
