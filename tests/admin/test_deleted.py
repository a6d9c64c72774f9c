"""What an administrator deletes is locked out at once, can be restored for seven days, and
is removed after that."""

from datetime import UTC, datetime, timedelta

import pytest

from app.errors import NotDeleted
from tests.admin.acts import act, change, delete, done_to, make_pending, seen, set_user
from tests.faults.watching import eventually
from tests.support.audit_log import events
from tests.support.refusals import assert_refused, last_words
from tests.support.server import PASSWORD, Person, RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.transfer.imported import put

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

LOGIN = {"password": PASSWORD}


async def log_in(person: Person) -> int:
    login = LOGIN | {"username_or_email": person.name}
    return (await person.server.http.post("/auth/login", json=login)).status_code


async def test_locked_out_and_restored(server: RunningServer, upstream: ScriptedUpstream) -> None:
    admin, ada = await server.admin(), await server.person_with_model(upstream.url)
    conversation = await ada.conversation("mine")
    await ada.say(conversation, "hello")
    link = (await ada.post(f"/conversations/{conversation}/shares")).json()["url"]
    assert (await ada.post("/auth/keys", json={"name": "mine"})).status_code == 201
    address = (await ada.get("/auth/me")).json()["email"]
    await ada.set_model(upstream.url, "hold")
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="hello")
        await socket.until("chunk")
        assert (await delete(admin, ada)).status_code == 204
        assert (await last_words(socket.connection))[1] == 4401
    assert (await delete(admin, ada)).status_code == 204
    assert (await seen(admin, ada))["status"] == "deleted"
    assert await log_in(ada) == 401
    assert (await server.http.get(f"/s/{link.rpartition('/')[2]}.json")).status_code == 404
    for name, email, code in (
        (ada.name.upper(), "free@example.com", "username_taken"),
        ("somebody else", address, "email_taken"),
    ):
        body = LOGIN | {"username": name, "email": email}
        assert_refused(await server.http.post("/auth/register", json=body), 409, code)
    assert_refused(await change(admin, ada, enabled=True), 409, "user_deleted")
    assert_refused(await change(admin, ada, role="admin"), 409, "user_deleted")
    assert_refused(await act(admin, ada, "approve"), 409, "not_pending")

    restored = (await act(admin, ada, "restore")).json()
    assert (restored["status"], restored["deleted_until"]) == ("active", None)
    ada = await server.log_in(ada.name, PASSWORD, ada.id)
    assert len(await ada.messages(conversation)) == 4
    assert (await ada.get("/auth/keys")).json() == {"keys": []}
    assert_refused(await act(admin, ada, "restore"), 409, "not_deleted")
    assert [action for action, _ in await done_to(ada, admin)] == [
        "share_ended",
        "key_revoked",
        "account_trashed",
        "account_restored",
    ]


async def test_restored_as_it_was(server: RunningServer) -> None:
    admin, ada, bob = await server.admin(), await server.register(), await server.admin()
    await make_pending(server, ada)
    for status in ("pending", "disabled"):
        await delete(admin, ada)
        assert (await act(admin, ada, "restore")).json()["status"] == status
        await change(admin, ada, enabled=False)
    await delete(admin, bob)
    restored = (await act(admin, bob, "restore")).json()
    assert (restored["status"], restored["role"]) == ("active", "admin")


async def test_an_import_ends(server: RunningServer) -> None:
    admin, ada = await server.admin(), await server.register()
    await put(ada, b"[", **{"Upload-Length": "100"})
    await delete(admin, ada)
    assert [row["action"] for row in await events(server, user_id=ada.id)][-2:] == [
        "import_ended",
        "account_trashed",
    ]


async def test_removed_when_its_time_is_over(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    admin, ada, bob = await server.admin(), await server.admin(), await server.register()
    await ada.say(await ada.conversation(), "hello")
    now = datetime.now(UTC)
    await delete(admin, ada)
    await delete(admin, bob)
    services = server.app.state.services
    await set_user(server, ada, deleted_at=now - timedelta(days=7, minutes=1))
    await set_user(server, bob, deleted_at=now - timedelta(days=6, hours=23))
    assert_refused(await act(admin, ada, "restore"), 409, "not_deleted")
    with pytest.raises(NotDeleted):
        await services.accounts.set_enabled(ada.name, True)
    await services.purger.purge()  # other machines' clocks may be behind
    assert (await seen(admin, ada))["status"] == "deleted"
    await set_user(server, ada, deleted_at=now - timedelta(days=7, hours=1, minutes=1))
    await services.purger.purge()
    services.jobs.removals.wake()

    async def is_gone() -> bool:
        return (await admin.get(f"/admin/users/{ada.id}")).status_code == 404

    await eventually(is_gone)
    assert [row["action"] for row in await events(server, user_id=ada.id)][-2:] == [
        "account_trashed",
        "account_deleted",
    ]
    again = await server.register(ada.name)
    assert again.id > ada.id
    assert (await act(admin, bob, "restore")).json()["status"] == "active"


async def test_what_a_release_before_has_let_in_is_not_removed(server: RunningServer) -> None:
    admin, ada = await server.admin(), await server.register()
    await delete(admin, ada)
    long_ago = datetime.now(UTC) - timedelta(days=30)
    await set_user(server, ada, yn=1, deleted_at=long_ago)
    await server.app.state.services.purger.purge()
    await set_user(server, ada, yn=0)
    await server.app.state.services.purger.purge()
    assert (await seen(admin, ada))["status"] == "disabled"
    # Nor before anybody has looked at it.
    await set_user(server, ada, yn=1, deleted_at=long_ago)
    await server.app.state.services.accounts.set_enabled(ada.name, False)
    assert (await seen(admin, ada))["status"] == "disabled"
