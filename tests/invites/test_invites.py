"""Invitations: made, told once, used no more often than they are for, and revoked."""

import asyncio
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, func, insert, select, update

from app.database import table_of
from app.models import GroupMember, Invite, User, UserGroup, utc_now
from app.services.invites.rows import purge_invites
from app.utils.names import canonical
from tests.conftest import StartServer
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, Person, RunningServer

pytestmark = pytest.mark.anyio

AT_ONCE = 50
USES = 7
MISSING = 2**62
_invite = table_of(Invite)
_group = table_of(UserGroup)
_member = table_of(GroupMember)
_user = table_of(User)


async def invite(admin: Person, **wanted: Any) -> Any:
    default = {"uses": 1, "expires_in_days": 7}
    answer = await admin.post("/admin/invites", json=default | wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def come(server: RunningServer, token: str | None, name: str = "") -> httpx2.Response:
    name = name or f"new-{secrets.token_hex(6)}"
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    return await server.http.post("/auth/register", json=body | {"invite": token})


async def group(server: RunningServer) -> tuple[int, str]:
    name = f"group {secrets.token_hex(6)}"

    def make(connection: Connection) -> int:
        values = {"name": name, "name_key": canonical(name), "created_at": utc_now()}
        return int(connection.execute(insert(_group).values(**values)).inserted_primary_key[0])  # type: ignore[index]

    return await server.app.state.services.database.write(make), name


async def members(server: RunningServer, group_id: int) -> set[int]:
    def read(connection: Connection) -> set[int]:
        its = select(_member.c.user_id).where(_member.c.group_id == group_id)
        return set(connection.execute(its).scalars())

    found: set[int] = await server.app.state.services.database.read(read)
    return found


async def make_expired(server: RunningServer, id: int, ago: timedelta) -> None:
    def change(connection: Connection) -> None:
        its = update(_invite).where(_invite.c.id == id)
        connection.execute(its.values(expires_at=datetime.now(UTC) - ago))

    await server.app.state.services.database.write(change)


async def test_many_at_once_make_exactly_its_uses(start_server: StartServer) -> None:
    server = await start_server()
    admin = await server.admin()
    group_id, _ = await group(server)
    server = await start_server(registration="invite")
    made = await invite(admin, uses=USES, group_id=group_id)
    answers = await asyncio.gather(*(come(server, made["token"]) for _ in range(AT_ONCE)))
    codes = [answer.status_code for answer in answers]
    assert codes.count(201) == USES and codes.count(403) == AT_ONCE - USES
    refused = {answer.text for answer in answers if answer.status_code == 403}
    assert len(refused) == 1
    came = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert await members(server, group_id) == came
    listed = (await admin.get("/admin/invites")).json()["invites"]
    (its,) = [each for each in listed if each["id"] == made["id"]]
    assert (its["uses"], its["uses_left"], its["state"]) == (USES, 0, "used")


@pytest.mark.databases("sqlite")
async def test_made_listed_and_revoked(start_server: StartServer) -> None:
    server = await start_server(public_url="https://chat.example.com/")
    admin = await server.admin()
    group_id, name = await group(server)
    made = await invite(
        admin, uses=3, expires_in_days=30, group_id=group_id, note=" for the new ones "
    )
    token = made.pop("token")
    assert made.pop("url") == f"https://chat.example.com/register#invite={token}"
    assert re.fullmatch(r"[\w-]{43}", token) and made["prefix"] == token[:8]
    assert made["group"] == {"id": group_id, "name": name}
    assert made["created_by"] == {"id": admin.id, "username": admin.name}
    assert (made["uses"], made["uses_left"], made["state"]) == (3, 3, "open")
    assert (made["note"], made["revoked_at"]) == ("for the new ones", None)
    ahead = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert ahead == timedelta(days=30)
    second = await invite(admin)
    assert (second["uses"], second["group"], second["note"]) == (1, None, None)
    listed = (await admin.get("/admin/invites")).json()["invites"]
    assert [each["id"] for each in listed[:2]] == [second["id"], made["id"]]
    assert listed[1] == made
    assert token not in (await admin.get("/admin/invites")).text

    path = f"/admin/invites/{made['id']}"
    assert (await admin.request("DELETE", path)).status_code == 204
    assert (await admin.request("DELETE", path)).status_code == 204
    listed = (await admin.get("/admin/invites")).json()["invites"]
    assert listed[1]["state"] == "revoked" and listed[1]["revoked_at"]
    missing = await admin.request("DELETE", f"/admin/invites/{MISSING}")
    assert_refused(missing, 404, "invite_not_found")
    events = (await admin.get("/auth/audit")).json()["events"]
    actions = [event["action"] for event in events if event["action"].startswith("invite_")]
    assert actions == ["invite_revoked", "invite_created", "invite_created"]

    def kept(connection: Connection) -> Any:
        return connection.execute(select(_invite).where(_invite.c.id == made["id"])).one()

    row = await server.app.state.services.database.read(kept)
    assert token[8:] not in str(tuple(row))


@pytest.mark.databases("sqlite")
async def test_bad_forms(server: RunningServer) -> None:
    admin = await server.admin()
    good: dict[str, Any] = {"uses": 1, "expires_in_days": 7}
    wrong: list[dict[str, Any]] = [
        {"uses": 0},
        {"uses": 10_001},
        {"uses": 1.5},
        {"uses": "1"},
        {"expires_in_days": 0},
        {"expires_in_days": 366},
        {"note": " "},
        {"note": "n" * 101},
        {"group_id": "1"},
        {"role": "admin"},
        {"token": "mine"},
    ]
    for change in wrong:
        answer = await admin.post("/admin/invites", json=good | change)
        assert_refused(answer, 422, "invalid_input")
    assert_refused(await admin.post("/admin/invites", json={}), 422, "invalid_input")
    answer = await admin.post("/admin/invites", json=good | {"group_id": MISSING})
    assert_refused(answer, 404, "group_not_found")


@pytest.mark.databases("sqlite")
async def test_every_invitation_that_is_not_good_is_refused_alike(
    start_server: StartServer,
) -> None:
    server = await start_server()
    admin = await server.admin()
    server = await start_server(registration="invite")
    options = (await server.http.get("/auth/options")).json()
    assert (options["registration"], options["ways"]) == (True, "invite")
    used, revoked, expired = [await invite(admin) for _ in range(3)]
    ada = f"ada-{secrets.token_hex(6)}"
    assert (await come(server, used["token"], ada)).status_code == 201
    assert (await admin.request("DELETE", f"/admin/invites/{revoked['id']}")).status_code == 204
    await make_expired(server, expired["id"], timedelta(seconds=1))
    tokens = [None, "x", "x" * 200, *(each["token"] for each in (used, revoked, expired))]
    answers = [await come(server, token) for token in tokens]
    # Who has none is not told which names there are.
    answers.append(await come(server, "x", ada))
    for answer in answers:
        assert_refused(answer, 403, "invite_invalid")
    assert len({answer.text for answer in answers}) == 1

    good = await invite(admin)
    assert_refused(await come(server, good["token"], ada), 409, "username_taken")
    assert (await come(server, good["token"])).status_code == 201
    assert (await come(server, good["token"])).status_code == 403


@pytest.mark.databases("sqlite")
async def test_what_an_invitation_does_in_each_way(start_server: StartServer) -> None:
    server = await start_server()
    admin = await server.admin()
    group_id, _ = await group(server)
    good = await invite(admin, uses=2, group_id=group_id)
    opened = await come(server, good["token"])  # open: it is used, for the sake of its group
    assert opened.status_code == 201
    assert (await come(server, "none")).status_code == 201

    approving = await start_server(registration="approve")
    invited = await come(approving, good["token"])
    assert invited.status_code == 201
    assert await members(server, group_id) == {opened.json()["id"], invited.json()["id"]}
    await server.log_in(invited.json()["username"], PASSWORD)
    assert_refused(await come(approving, good["token"]), 403, "invite_invalid")

    closed = await start_server(registration="closed")
    assert (await closed.http.get("/auth/options")).json()["registration"] is False
    another = await invite(admin)
    assert_refused(await come(closed, another["token"]), 403, "registration_closed")

    assert (await come(server, another["token"])).status_code == 201

    def gone(connection: Connection) -> None:
        connection.execute(_group.delete().where(_group.c.id == group_id))

    last = await invite(admin, group_id=group_id)
    await server.app.state.services.database.write(gone)
    assert (await come(server, last["token"])).status_code == 201  # only its group is gone


@pytest.mark.databases("sqlite")
async def test_approval(start_server: StartServer) -> None:
    server = await start_server()
    admin = await server.admin()
    server = await start_server(registration="approve")
    answer = await come(server, None)
    assert answer.status_code == 201
    name, id = answer.json()["username"], answer.json()["id"]
    body = {"username_or_email": name, "password": PASSWORD}
    for _ in range(2):
        assert_refused(await server.http.post("/auth/login", json=body), 403, "approval_pending")
    wrong = body | {"password": "not the password"}
    assert_refused(await server.http.post("/auth/login", json=wrong), 401, "invalid_credentials")
    waiting = (await admin.get("/admin/users", params={"status": "pending"})).json()["users"]
    assert id in [user["id"] for user in waiting]
    assert (await admin.post(f"/admin/users/{id}/approve")).status_code == 200
    person = await server.log_in(name, PASSWORD, id)
    assert (await person.get("/auth/me")).json()["role"] == "user"


@pytest.mark.databases("sqlite")
async def test_those_that_are_over_are_purged(server: RunningServer) -> None:
    admin = await server.admin()
    old, young = await invite(admin), await invite(admin)
    await make_expired(server, old["id"], timedelta(days=31))
    await make_expired(server, young["id"], timedelta(days=29))
    await server.app.state.services.database.write(purge_invites, utc_now())
    listed = (await admin.get("/admin/invites")).json()["invites"]
    ids = [each["id"] for each in listed]
    assert young["id"] in ids and old["id"] not in ids


@pytest.mark.databases("sqlite")
async def test_nobody_becomes_an_administrator_by_being_first(
    start_server: StartServer, tmp_path: Any
) -> None:
    server = await start_server(database_url=f"sqlite:///{tmp_path}/empty.db")
    answers = await asyncio.gather(*(come(server, None) for _ in range(200)))
    assert {answer.status_code for answer in answers} == {201}

    def roles(connection: Connection) -> dict[str, int]:
        counted = select(_user.c.role, func.count()).group_by(_user.c.role)
        return {row[0]: row[1] for row in connection.execute(counted)}

    assert await server.app.state.services.database.read(roles) == {"user": 200}
