"""Passkeys: added, logged in with alone and beside a password, renamed and removed."""

from typing import Any

import pytest
from sqlalchemy import select, update

from app.database import table_of
from app.models import Passkey, PasskeyChallenge, User
from app.utils.security import NO_PASSWORD
from tests.factors.test_factors import actions, in_as, make_older, on_rows
from tests.support.authenticator import (
    Authenticator,
    add_passkey,
    asked,
    creation,
    keep,
    log_in,
    read,
    signed,
)
from tests.support.factors import first_step, second_step, set_up
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, Person, RunningServer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

_user = table_of(User)
_passkey = table_of(Passkey)
_challenge = table_of(PasskeyChallenge)


async def passkeys(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.get("/auth/passkeys")).json()["passkeys"]
    return found


async def test_added_logged_in_with_renamed_and_removed(server: RunningServer) -> None:
    ada = await server.register()
    begun = await creation(ada)
    options = begun["options"]
    assert options["rp"]["id"] == "chat.example.com"
    assert options["user"] | {"id": ""} == {"id": "", "name": ada.name, "displayName": ada.name}
    assert options["challenge"] == begun["challenge_id"] and len(read(options["challenge"])) == 32
    assert {each["alg"] for each in options["pubKeyCredParams"]} == {-7, -8, -257}
    assert options["excludeCredentials"] == []
    chosen = options["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")

    phone = Authenticator()
    answer = await keep(ada, phone, begun, " My phone ")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["name"], made["synced"], made["last_used_at"]) == ("My phone", False, None)
    assert len(set(made["recovery_codes"])) == 10
    factors = {"totp": False, "passkeys": 1, "recovery_codes_left": 10, "required": False}
    assert (await ada.get("/auth/factors")).json() == factors
    # The next one knows the one before, has the same owner, and makes no more codes.
    begun = await creation(ada)
    assert [read(each["id"]) for each in begun["options"]["excludeCredentials"]] == [
        phone.credential_id
    ]
    laptop = Authenticator(counts=False)
    more = (await keep(ada, laptop, begun, "laptop")).json()
    assert (more["synced"], more["recovery_codes"]) == (True, None)
    assert laptop.handle == phone.handle
    assert_refused(await keep(ada, laptop, await creation(ada)), 409, "passkey_exists")

    asked_for = (await asked(server))["options"]
    assert (asked_for["allowCredentials"], asked_for["userVerification"]) == ([], "required")
    for authenticator in (phone, laptop, laptop, phone):
        answer = await log_in(server, authenticator)
        again = in_as(answer, ada)
        assert "refresh" in answer.headers["set-cookie"].lower()
        assert (await again.get("/auth/me")).json()["username"] == ada.name
        assert (await again.refresh()).session_id == again.session_id
    assert all(each["last_used_at"] for each in await passkeys(ada))

    path = f"/auth/passkeys/{more['id']}"
    renamed = await ada.request("PATCH", path, json={"name": "old laptop"})
    assert (renamed.status_code, renamed.json()["name"]) == (200, "old laptop")
    assert [each["name"] for each in await passkeys(ada)] == ["My phone", "old laptop"]
    assert (await ada.request("DELETE", path)).status_code == 204
    assert_refused(await ada.request("DELETE", path), 404, "passkey_not_found")
    assert_refused(await log_in(server, laptop), 401, "passkey_refused")
    assert (await ada.get("/auth/factors")).json() == factors
    # With the last one the password is enough again.
    first = await ada.request("DELETE", f"/auth/passkeys/{made['id']}")
    assert first.status_code == 204
    nothing = {"totp": False, "passkeys": 0, "recovery_codes_left": 0, "required": False}
    assert (await ada.get("/auth/factors")).json() == nothing
    await server.log_in(ada.name, PASSWORD)
    told = [name for name, outcome in await actions(ada) if name.startswith("passkey")]
    assert told == [
        *("passkey_added", "passkey_added", "passkey_renamed"),
        *("passkey_removed", "passkey_removed"),
    ]


async def test_the_second_step_of_a_password(server: RunningServer) -> None:
    ada, eve = await server.register(), await server.register()
    key, others = await add_passkey(ada), await add_passkey(eve)
    first = await first_step(server, ada)
    assert first.status_code == 401
    assert first.json()["second_factor_kinds"] == ["passkey", "recovery_code"]
    ticket = first.json()["second_factor"]
    begun = await asked(server, ticket)
    (allowed,) = begun["options"]["allowCredentials"]
    assert read(allowed["id"]) == key.credential_id
    assert allowed["transports"] == ["hybrid", "internal"]
    assert begun["options"]["userVerification"] == "preferred"
    # Neither somebody else's, nor what was signed to log in alone.
    wrong = await signed(server, others, begun)
    assert_refused(await second_step(server, ticket, passkey=wrong), 401, "passkey_refused")
    wrong = await signed(server, key)
    assert_refused(await second_step(server, ticket, passkey=wrong), 401, "passkey_refused")
    begun = await asked(server, ticket)
    assert_refused(await log_in(server, key, begun), 401, "passkey_refused")
    # The password has shown already who it is: touching it is enough.
    right = await signed(server, key, begun, flags=1)
    in_as(await second_step(server, ticket, passkey=right), ada)
    assert_refused(await second_step(server, ticket, passkey=right), 401, "second_step_over")
    assert_refused(
        await server.http.post("/auth/login/passkey/options", json={"ticket": "x" * 43}),
        401,
        "second_step_over",
    )


async def test_beside_codes(server: RunningServer) -> None:
    """Either is enough, and each leaves the other."""
    ada = await server.register()
    key = await add_passkey(ada)
    factor = await set_up(ada)
    first = await first_step(server, ada)
    assert first.json()["second_factor_kinds"] == ["totp", "passkey", "recovery_code"]
    ticket = first.json()["second_factor"]
    in_as(await second_step(server, ticket, code=await factor.fresh()), ada)
    in_as(await log_in(server, key), ada)
    assert (await ada.request("DELETE", "/auth/totp")).status_code == 204
    assert (await first_step(server, ada)).json()["second_factor_kinds"] == [
        "passkey",
        "recovery_code",
    ]
    assert_refused(await ada.request("DELETE", "/auth/totp"), 404, "factor_not_found")


async def test_it_confirms_who_is_logged_in(server: RunningServer) -> None:
    ada, eve = await server.register(), await server.register()
    key, others = await add_passkey(ada), await add_passkey(eve)
    await make_older(server, ada)
    assert_refused(await ada.post("/auth/passkeys/options"), 403, "login_too_old")
    path = f"/auth/passkeys/{key.id}"
    assert_refused(await ada.request("DELETE", path), 403, "login_too_old")
    for lies in ({"flags": 1}, {"counter": 0}):
        begun = await asked(server, person=ada)
        body = {"passkey": await signed(server, key, begun, **lies)}
        answer = await ada.post("/auth/reauthenticate", json=body)
        assert_refused(answer, 401, "passkey_refused")
    for begun, authenticator in (
        (await asked(server), key),
        (await asked(server, person=eve), key),
        (await asked(server, person=ada), others),
    ):
        body = {"passkey": await signed(server, authenticator, begun)}
        answer = await ada.post("/auth/reauthenticate", json=body)
        assert_refused(answer, 401, "passkey_refused")
    begun = await asked(server, person=ada)
    body = {"passkey": await signed(server, key, begun)}
    both = await ada.post("/auth/reauthenticate", json=body | {"password": PASSWORD})
    assert_refused(both, 422, "invalid_input")
    assert (await ada.post("/auth/reauthenticate", json=body)).status_code == 204
    assert ("login_confirmed", "ok") in await actions(ada)
    assert (await ada.request("DELETE", path)).status_code == 204


async def test_the_only_way_to_log_in_stays(server: RunningServer) -> None:
    ada = await server.register()
    assert_refused(await ada.request("DELETE", "/auth/password"), 409, "last_way")
    other = await server.log_in(ada.name, PASSWORD)
    key = await add_passkey(ada)
    assert (await ada.request("DELETE", "/auth/password")).status_code == 204
    assert_refused(await other.get("/auth/me"), 401, "invalid_token")
    ((stored,),) = await on_rows(server, select(_user.c.password_hash).where(_user.c.id == ada.id))
    assert stored.endswith(NO_PASSWORD)
    assert_refused(await first_step(server, ada), 401, "invalid_credentials")
    assert_refused(await ada.request("DELETE", f"/auth/passkeys/{key.id}"), 409, "last_way")
    again = in_as(await log_in(server, key), ada)
    second = await add_passkey(again)
    assert (await again.request("DELETE", f"/auth/passkeys/{key.id}")).status_code == 204
    assert (await again.request("DELETE", "/auth/me")).status_code == 204
    assert_refused(await log_in(server, second), 401, "passkey_refused")
    assert not await on_rows(server, select(_passkey).where(_passkey.c.user_id == ada.id))


async def test_no_more_than_twenty(server: RunningServer) -> None:
    ada = await server.register()
    late = [await creation(ada) for _ in range(2)]
    for _ in range(20):
        await add_passkey(ada)
    assert_refused(await ada.post("/auth/passkeys/options"), 409, "too_many_passkeys")
    for begun in late:
        assert_refused(await keep(ada, Authenticator(), begun), 409, "too_many_passkeys")


async def test_another_s_is_not_there(server: RunningServer) -> None:
    ada, eve = await server.register(), await server.register()
    key = await add_passkey(ada)
    path = f"/auth/passkeys/{key.id}"
    answer = await eve.request("PATCH", path, json={"name": "mine"})
    assert_refused(answer, 404, "passkey_not_found")
    assert_refused(await eve.request("DELETE", path), 404, "passkey_not_found")
    begun = await creation(ada)
    assert_refused(await keep(eve, Authenticator(), begun), 401, "passkey_refused")
    assert [each["name"] for each in await passkeys(ada)] == ["my phone"]


async def test_an_account_that_may_not_be_used(server: RunningServer) -> None:
    """What an account's password is told, its passkey is, too."""
    ada = await server.register()
    key = await add_passkey(ada)
    its = update(_user).where(_user.c.id == ada.id)
    await on_rows(server, its.values(yn=0))
    assert_refused(await log_in(server, key), 401, "passkey_refused")
    await on_rows(server, its.values(pending_at=_user.c.created_at))
    assert_refused(await log_in(server, key), 403, "approval_pending")
    assert_refused(await log_in(server, key, signature=b"x"), 401, "passkey_refused")
    await on_rows(server, its.values(yn=1))
    in_as(await log_in(server, key), ada)
