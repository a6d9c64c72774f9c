"""Accounts without a password: nobody gets in by one, and a recent login stands in its place."""

from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from app.database import table_of
from app.errors import LastWay
from app.models import User
from app.services.auth.ways import Ways, require_other_way, ways
from app.utils.security import NO_PASSWORD, with_mark
from tests.factors.test_factors import make_older, on_rows
from tests.support.factors import set_up
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, Person, RunningServer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

NEW = "another horse battery"
_user = table_of(User)


async def take_password(person: Person) -> None:
    """Leave an account without a password, as one that somebody else's login made."""
    its = update(_user).where(_user.c.id == person.id)
    await on_rows(person.server, its.values(password_hash=NO_PASSWORD))


async def first_password(person: Person, **more: Any) -> Any:
    return await person.request("PUT", "/auth/password", json={"new_password": NEW} | more)


async def delete(person: Person, **body: Any) -> Any:
    return await person.request("DELETE", "/auth/me", **({"json": body} if body else {}))


async def confirm(person: Person, **body: Any) -> Any:
    return await person.post("/auth/reauthenticate", json=body)


async def test_nothing_is_the_password_of_who_has_none(server: RunningServer) -> None:
    ada = await server.register()
    await take_password(ada)
    assert (await ada.get("/auth/me")).json()["has_password"] is False
    for given in (NO_PASSWORD, with_mark(NO_PASSWORD), PASSWORD):
        body = {"username_or_email": ada.name, "password": given}
        assert_refused(await server.http.post("/auth/login", json=body), 401, "invalid_credentials")
        assert_refused(await confirm(ada, password=given), 403, "wrong_password")
    assert_refused(await confirm(ada), 422, "invalid_input")


async def test_a_first_password_wants_a_recent_login(server: RunningServer) -> None:
    ada = await server.register()
    await take_password(ada)
    await make_older(server, ada)
    assert_refused(await first_password(ada), 403, "login_too_old")
    assert_refused(await first_password(ada, old_password=PASSWORD), 403, "login_too_old")
    await server.app.state.services.sessions.confirm(await account_of(ada))
    assert (await first_password(ada)).status_code == 204
    assert (await ada.get("/auth/me")).json()["has_password"] is True
    await server.log_in(ada.name, NEW)
    # The next one is asked for the one before.
    answer = await first_password(ada)
    assert_refused(answer, 422, "invalid_input")
    assert answer.json()["fields"] == [{"field": "old_password", "message": "missing"}]


async def account_of(person: Person) -> Any:
    """The account as the server knows it in this login."""
    sessions = person.server.app.state.services.sessions
    return await sessions.account(sessions.read_token(person.token))


async def test_deletion_wants_the_password_or_a_recent_login(server: RunningServer) -> None:
    ada = await server.register()
    for nothing in (await delete(ada), await delete(ada, password=None)):
        assert_refused(nothing, 422, "invalid_input")
        assert nothing.json()["fields"] == [{"field": "password", "message": "missing"}]
    await take_password(ada)
    await make_older(server, ada)
    for body in ({}, {"password": PASSWORD}):
        assert_refused(await delete(ada, **body), 403, "login_too_old")
    await server.app.state.services.sessions.confirm(await account_of(ada))
    assert (await delete(ada)).status_code == 204
    assert_refused(await ada.get("/auth/me"), 401, "invalid_token")


async def test_with_a_second_factor_the_password_is_not_enough(server: RunningServer) -> None:
    """Nor is the factor, given lately: what cannot be taken back wants both."""
    ada = await server.register()
    factor = await set_up(ada)
    await make_older(server, ada)
    change = {"old_password": PASSWORD, "new_password": NEW}
    for answer in (
        await ada.request("PUT", "/auth/password", json=change),
        await delete(ada, password=PASSWORD),
    ):
        assert_refused(answer, 403, "login_too_old")
    confirmed = await confirm(ada, password=PASSWORD, code=await factor.fresh())
    assert confirmed.status_code == 204
    assert_refused(await delete(ada, password=NEW), 403, "wrong_password")
    assert (await ada.request("PUT", "/auth/password", json=change)).status_code == 204
    assert (await delete(ada, password=NEW)).status_code == 204


async def test_no_link_is_mailed_to_who_logs_in_elsewhere_alone(server: RunningServer) -> None:
    """A link of the operator's or an administrator's sets a first password all the same."""
    ada = await server.register()
    passwords = server.app.state.services.passwords
    ((email,),) = await on_rows(server, select(_user.c.email).where(_user.c.id == ada.id))
    assert await passwords.make_reset_for(email)
    await take_password(ada)
    assert await passwords.make_reset_for(email) is None
    its = {"token": await passwords.make_reset(ada.name), "new_password": NEW}
    assert (await server.http.post("/auth/password/reset", json=its)).status_code == 204
    await server.log_in(ada.name, NEW)


async def test_the_last_way_stays(server: RunningServer) -> None:
    ada = await server.register()
    none: frozenset[str] = frozenset()

    def look(connection: Connection) -> Ways:
        with pytest.raises(LastWay):
            require_other_way(connection, ada.id, none, without="password")
        require_other_way(connection, ada.id, none, without="passkey")  # there is none
        return ways(connection, ada.id, none)

    database = server.app.state.services.database
    assert await database.write(look) == Ways(password=True, passkeys=0, identities=0)
