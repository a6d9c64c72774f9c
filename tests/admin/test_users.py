"""Accounts, as administrators see and change them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from app.database import table_of
from app.errors import InvalidToken
from app.models import GroupMember, UserGroup, utc_now
from app.schemas.key import KeyCreate
from app.utils.names import canonical
from tests.admin.acts import act, change, delete, done_to, make_login_old, make_pending, seen
from tests.conftest import StartServer
from tests.support.refusals import assert_refused, last_words
from tests.support.server import PASSWORD, Person, RunningServer
from tests.support.smtp import mail_server
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

MISSING = 2**62


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'chat.db'}"


async def group(server: RunningServer, name: str, *people: Person) -> int:
    """A new group, of these people."""

    def make(connection: Connection) -> int:
        row = {"name": name, "name_key": canonical(name), "created_at": utc_now()}
        made = connection.execute(insert(table_of(UserGroup)).values(row))
        id = int(made.inserted_primary_key[0])  # type: ignore[index]
        members = [
            {"group_id": id, "user_id": person.id, "username_key": canonical(person.name)}
            for person in people
        ]
        if members:
            connection.execute(insert(table_of(GroupMember)), members)
        return id

    made: int = await server.app.state.services.database.write(make)
    return made


async def names(admin: Person, query: str) -> list[str]:
    """The names of all users that are found, page by page."""
    found: list[str] = []
    cursor = ""
    while True:
        page = (await admin.get(f"/admin/users?limit=2&{query}{cursor}")).json()
        found += [user["username"] for user in page["users"]]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


async def test_listed_by_name_found_and_filtered(server: RunningServer) -> None:
    admin = await server.admin("liz")
    people = {name: await server.register(f"list {name}") for name in ("b", "A", "d", "c", "É")}
    ours = [f"list {name}" for name in ("A", "b", "c", "d", "É")]
    assert await names(admin, "q=LIST ") == ours
    assert await names(admin, "q=list e%CC%81") == ["list É"]
    everybody = await names(admin, "")
    assert [name for name in everybody if name.startswith("list ")] == ours
    assert sorted(map(canonical, everybody)) == [*map(canonical, everybody)]

    await change(admin, people["b"], enabled=False)
    await make_pending(server, people["d"])
    assert (await delete(admin, people["c"])).status_code == 204
    for status, name in (("disabled", "b"), ("pending", "d"), ("deleted", "c")):
        assert await names(admin, f"q=list&status={status}") == [f"list {name}"]
        assert f"list {name}" in await names(admin, f"status={status}")
    assert await names(admin, "q=list&status=active") == ["list A", "list É"]

    staff = await group(server, "Staff", people["É"], people["b"], people["A"])
    assert await names(admin, f"group_id={staff}") == ["list A", "list b", "list É"]
    assert await names(admin, f"group_id={staff}&q=list b") == ["list b"]
    assert await names(admin, f"group_id={staff}&status=active") == ["list A", "list É"]
    assert await names(admin, f"group_id={MISSING}") == []
    address = (await people["A"].get("/auth/me")).json()["email"]
    assert await names(admin, f"q={address.upper()}") == ["list A"]
    assert await names(admin, f"q={address.split('@')[0]}@&group_id={staff}") == ["list A"]
    assert await names(admin, f"q={address.split('@')[0]}@&status=pending") == []
    for wrong in (
        "limit=0",
        "limit=x",
        "status=gone",
        "cursor=%21",
        "cursor=Zh",
        "q=",
        "group_id=x",
    ):
        assert_refused(await admin.get(f"/admin/users?{wrong}"), 422, "invalid_input")


async def test_seen_as_they_are(server: RunningServer, upstream: ScriptedUpstream) -> None:
    admin, ada = await server.admin(), await server.person_with_model(upstream.url)
    staff = await group(server, "Readers", ada)
    conversation = await ada.conversation("a secret title")
    await ada.say(conversation, "a secret message")
    again = await server.log_in(ada.name, PASSWORD)
    me = (await ada.get("/auth/me")).json()
    assert (me["role"], (await admin.get("/auth/me")).json()["role"]) == ("user", "admin")
    told = await seen(admin, ada)
    assert told["last_login_at"] > me["created_at"]
    assert told == {
        **{name: me[name] for name in ("id", "username", "email", "created_at")},
        **{"role": "user", "status": "active", "email_verified": False, "display_name": None},
        **{"last_login_at": told["last_login_at"], "deleted_until": None, "avatar": None},
        "groups": [{"id": staff, "name": "Readers"}],
        **{"sessions": 2, "conversations": 1, "storage_bytes": 0},
    }
    assert (await again.post("/auth/logout")).status_code == 204
    assert (await seen(admin, ada))["sessions"] == 1
    assert_refused(await admin.get(f"/admin/users/{MISSING}"), 404, "user_not_found")
    assert_refused(await admin.get("/admin/users/x"), 422, "invalid_input")


async def test_changed_with_one_event_that_the_person_sees(server: RunningServer) -> None:
    admin, ada = await server.admin(), await server.register()
    first, second = [await group(server, f"of {name} {ada.id}") for name in ("one", "two")]
    answer = await change(admin, ada, role="admin", group_ids=[first, second])
    assert answer.status_code == 200
    told = await seen(admin, ada)
    assert answer.json() == {name: told[name] for name in answer.json()}
    assert (told["role"], [each["id"] for each in told["groups"]]) == ("admin", [first, second])
    assert (await ada.get("/admin/users")).status_code == 200  # with the token of before
    await change(admin, ada, group_ids=[second])
    await change(admin, ada, role="user", enabled=True)
    assert_refused(await ada.get("/admin/users"), 403, "admin_only")
    assert (await change(admin, ada, role="user", enabled=True)).status_code == 200
    assert (await change(admin, ada)).status_code == 200
    assert await done_to(ada, admin) == [
        ("role_changed", {"role": "admin", "joined": [first, second]}),
        ("groups_changed", {"left": [first]}),
        ("role_changed", {"role": "user"}),
    ]
    shown = [
        (event["action"], event["by_admin"])
        for event in (await ada.get("/auth/audit")).json()["events"]
    ]
    assert shown.count(("role_changed", True)) == 2
    assert ("login", False) in shown
    for body in (
        {"role": "owner"},
        {"email": "x@example.com"},
        {"yn": 1},
        {"enabled": 0},
        {"group_ids": ["1"]},
    ):
        assert_refused(await change(admin, ada, **body), 422, "invalid_input")
    refused = await change(admin, ada, enabled=False, group_ids=[first, MISSING])
    assert_refused(refused, 404, "group_not_found")
    told = await seen(admin, ada)
    assert (told["status"], [each["id"] for each in told["groups"]]) == ("active", [second])


async def test_disabled_at_once_and_let_in_again(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    admin, ada = await server.admin(), await server.person_with_model(upstream.url, "hold")
    assert (await ada.post("/auth/keys", json={"name": "mine"})).status_code == 201
    async with ada.socket(await ada.conversation()) as socket:
        await socket.send(type="message", content="hello")
        await socket.until("chunk")
        assert (await change(admin, ada, enabled=False)).json()["status"] == "disabled"
        assert (await last_words(socket.connection))[1] == 4401
    assert_refused(await ada.get("/auth/me"), 401, "invalid_token")
    login = {"username_or_email": ada.name, "password": PASSWORD}
    refused = await server.http.post("/auth/login", json=login)
    assert_refused(refused, 401, "invalid_credentials")
    assert (await change(admin, ada, enabled=True)).json()["status"] == "active"
    ada = await server.log_in(ada.name, PASSWORD, ada.id)
    assert (await ada.get("/auth/keys")).json() == {"keys": []}
    assert [action for action, _ in await done_to(ada, admin)] == [
        "key_revoked",  # what ends with it was no act of their own either
        "account_disabled",
        "account_enabled",
    ]


async def test_what_was_asked_just_before_opens_nothing(server: RunningServer) -> None:
    """A request that was let in before its account was disabled makes no key after that."""
    admin, ada = await server.admin(), await server.register()
    services = server.app.state.services
    account = await services.sessions.account(services.sessions.read_token(ada.token))
    await change(admin, ada, enabled=False)
    with pytest.raises(InvalidToken):
        await services.keys.create(account, KeyCreate(name="late"))
    with pytest.raises(InvalidToken):
        await services.emails.begin_change(account.id, "late@example.com", "en")


async def test_approved_once(server: RunningServer) -> None:
    admin, ada, bob = await server.admin(), await server.register(), await server.register()
    for person in (ada, bob):
        await make_pending(server, person)
    assert (await act(admin, ada, "approve")).json()["status"] == "active"
    assert (await act(admin, ada, "approve")).json()["status"] == "active"
    assert await done_to(ada, admin) == [("account_approved", {})]
    assert (await change(admin, bob, enabled=False)).json()["status"] == "disabled"
    assert_refused(await act(admin, bob, "approve"), 409, "not_pending")
    assert (await change(admin, bob, enabled=True)).json()["status"] == "active"
    await make_pending(server, bob)
    assert (await change(admin, bob, enabled=True)).json()["status"] == "active"
    assert [action for action, _ in await done_to(bob, admin)] == [
        "account_disabled",
        "account_enabled",
        "account_approved",
    ]


async def test_sessions_ended(server: RunningServer) -> None:
    admin, ada = await server.admin(), await server.register()
    async with ada.socket(await ada.conversation()) as socket:
        assert (await act(admin, ada, "end-sessions")).status_code == 204
        assert (await last_words(socket.connection))[1] == 4401
    assert_refused(await ada.get("/auth/me"), 401, "invalid_token")
    ada = await server.log_in(ada.name, PASSWORD, ada.id)
    assert await done_to(ada, admin) == [("logout_all", {})]


async def test_a_reset_link_goes_to_the_address_on_file(
    start_server: StartServer, tmp_path: Path
) -> None:
    async with mail_server() as mails:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": mails.port, "smtp_tls": "none"}
        mail |= {"smtp_from": "chat@example.com", "public_url": "https://chat.example.com"}
        server = await start_server(**mail)
        admin, ada = await server.admin(), await server.register()
        answer = await act(admin, ada, "reset-link")
        assert (answer.status_code, answer.content) == (202, b"")
        address, letter = await mails.mail()
        assert address == (await ada.get("/auth/me")).json()["email"]
        token = letter.get_content().split("#token=")[1].split()[0]
        reset = {"token": token, "new_password": "another battery staple"}
        assert (await server.http.post("/auth/password/reset", json=reset)).status_code == 204
        assert await done_to(ada, admin) == [("reset_link_made", {})]
        for _ in range(2):
            assert (await act(admin, ada, "reset-link")).status_code == 202
        assert_refused(await act(admin, ada, "reset-link"), 429, "rate_limited")
        bob = await server.register()
        await change(admin, bob, enabled=False)
        assert_refused(await act(admin, bob, "reset-link"), 409, "not_active")


async def test_what_is_refused(server: RunningServer) -> None:
    admin, ada = await server.admin(), await server.register()
    assert_refused(await act(admin, ada, "reset-link"), 409, "mail_not_configured")
    for mine in ({"role": "user"}, {"enabled": False}):
        assert_refused(await change(admin, admin, **mine), 409, "own_account")
    assert_refused(await delete(admin, admin), 409, "own_account")
    assert (await change(admin, admin, role="admin", enabled=True)).status_code == 200
    assert_refused(await act(admin, ada, "restore"), 409, "not_deleted")
    ghost = Person(server, MISSING, "nobody", "", "")
    assert_refused(await change(admin, ghost, enabled=True), 404, "user_not_found")
    assert_refused(await delete(admin, ghost), 404, "user_not_found")
    for what in ("restore", "approve", "end-sessions"):
        assert_refused(await act(admin, ghost, what), 404, "user_not_found")

    await make_login_old(admin)
    assert (await admin.get("/admin/users")).status_code == 200
    assert_refused(await change(admin, ada, enabled=False), 403, "login_too_old")
    assert_refused(await delete(admin, ada), 403, "login_too_old")
    for what in ("restore", "approve", "end-sessions"):
        assert_refused(await act(admin, ada, what), 403, "login_too_old")
    again = {"password": PASSWORD}
    assert (await admin.post("/auth/reauthenticate", json=again)).status_code == 204
    assert (await change(admin, ada, enabled=False)).status_code == 200


async def test_times_are_told_in_the_future(server: RunningServer) -> None:
    admin, ada = await server.admin(), await server.register()
    await delete(admin, ada)
    until = datetime.fromisoformat((await seen(admin, ada))["deleted_until"])
    assert timedelta(days=6, hours=23) < until - datetime.now(UTC) <= timedelta(days=7)
