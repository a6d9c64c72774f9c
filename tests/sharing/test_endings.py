"""Whatever ends a link, from the next request on every process answers it like one that never
was."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, Pool, event, func, select, update

from app.database import table_of
from app.models import Conversation, File, MessageDeletion, Share, ShareMessage, User, utc_now
from app.services.sharing import rows, snapshot, sweep
from app.services.sharing.operators import OperatorShares
from tests.conftest import StartServer
from tests.files.made import picture, send, stored_files, uploaded
from tests.sharing.linked import faces, link, looked, shown
from tests.support.backups import backup, restore
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, Person, RunningServer, running_server
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

_share = table_of(Share)
_copy = table_of(ShareMessage)
_file = table_of(File)
_conversation = table_of(Conversation)
_user = table_of(User)
_deletion = table_of(MessageDeletion)

End = Callable[[Person, dict[str, Any]], Awaitable[Any]]
Face = tuple[int, bytes, dict[str, str]]
OF_ONE = re.compile(r"token_hash = |share_id = ")
VALUES = re.compile(r"(?i)x?'[^']*'")


@pytest.fixture(scope="module")
async def second(database_url: str, server: RunningServer) -> AsyncIterator[RunningServer]:
    """Another process of the same installation, as far as answers go."""
    folder = server.app.state.settings.data_dir
    async with running_server(database_url=database_url, data_dir=folder) as running:
        yield running


@pytest.fixture(scope="module")
async def off(database_url: str, server: RunningServer) -> AsyncIterator[RunningServer]:
    """One whose operator wants no links."""
    folder = server.app.state.settings.data_dir
    settings = {"database_url": database_url, "data_dir": folder, "shares": "off"}
    async with running_server(**settings) as running:
        yield running


@pytest.fixture(autouse=True, scope="module")
def many_misses() -> Iterator[None]:
    """Each is looked at here: how many may be is another promise."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.ratelimit.SHARE_MISSES_PER_MINUTE", 100_000)
        yield


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """What SQLite is asked about links, but for the values."""
    found: list[str] = []

    def note(statement: str) -> None:
        if statement.startswith("SELECT share") and OF_ONE.search(statement):
            found.append(VALUES.sub("?", statement))

    def begin(connection: Any, *_: object) -> None:
        connection.set_trace_callback(note)

    def end(connection: Any, *_: object) -> None:
        connection.set_trace_callback(None)

    event.listen(Pool, "checkout", begin)
    event.listen(Pool, "checkin", end)
    yield found
    event.remove(Pool, "checkout", begin)
    event.remove(Pool, "checkin", end)


async def change(server: RunningServer, table: Any, *which: Any, **values: Any) -> None:
    """Change rows behind the server's back."""

    def work(connection: Connection) -> None:
        connection.execute(update(table).where(*which).values(**values))

    await server.app.state.services.database.write(work)


async def answers(server: RunningServer, reader: Person, token: str) -> list[Face]:
    """All that somebody with a token is answered, in both languages."""
    found: list[httpx2.Response] = []
    for path in (f"/s/{token}", f"/s/{token}.json", f"/s/{token}/attachments/1"):
        for language in ("en", "zh"):
            headers = {"Accept-Language": language}
            found.append(await server.http.get(path, headers=headers))
            found.append(await server.http.head(path, headers=headers))
    found.append(await server.http.post(f"/s/{token}/continue", headers=reader.headers))
    return [faces(answer) for answer in found]


async def delete(person: Person, made: dict[str, Any]) -> None:
    path = f"/conversations/{made['conversation_id']}"
    assert (await person.request("DELETE", path)).status_code == 204


async def restore_it(person: Person, made: dict[str, Any]) -> None:
    path = f"/conversations/{made['conversation_id']}/restore"
    assert (await person.post(path)).status_code == 200


async def delete_and_restore(person: Person, made: dict[str, Any]) -> None:
    await delete(person, made)
    await restore_it(person, made)


async def end(person: Person, made: dict[str, Any]) -> None:
    assert (await person.request("DELETE", f"/shares/{made['id']}")).status_code == 204


async def expire(person: Person, made: dict[str, Any]) -> None:
    a_moment_ago = utc_now() - timedelta(milliseconds=1)
    await change(person.server, _share, _share.c.id == made["id"], expires_at=a_moment_ago)
    later = {"expires_at": None}
    refused = await person.request("PATCH", f"/shares/{made['id']}", json=later)
    assert_refused(refused, 404, "share_not_found")


async def purge(person: Person, made: dict[str, Any]) -> None:
    long_ago = utc_now() - timedelta(days=40)
    its = _conversation.c.id == made["conversation_id"]
    await change(person.server, _conversation, its, deleted_at=long_ago)
    await person.server.app.state.services.purger.purge()


async def hide(person: Person, made: dict[str, Any]) -> None:
    """As a release deletes a conversation that knows of no links."""
    its = _conversation.c.id == made["conversation_id"]
    await change(person.server, _conversation, its, deleted_at=utc_now())


async def hide_and_restore(person: Person, made: dict[str, Any]) -> None:
    await hide(person, made)
    await restore_it(person, made)


async def by_operator(person: Person, made: dict[str, Any]) -> None:
    operator = OperatorShares(person.server.app.state.services.database)
    assert await operator.end(made["id"])
    assert not await operator.end(made["id"])


async def all_by_operator(person: Person, made: dict[str, Any]) -> None:
    operator = OperatorShares(person.server.app.state.services.database)
    assert [each.id async for page in operator.all(person.name) for each in page] == [made["id"]]
    assert await operator.end_all_of(person.name) == 1
    assert await operator.end_all_of("nobody of this name") is None


async def sweep_away(person: Person, made: dict[str, Any]) -> None:
    long_ago = utc_now() - timedelta(hours=2)
    await change(person.server, _share, _share.c.id == made["id"], ended_at=long_ago)
    await person.server.app.state.services.sharing.sweep(0)


async def disable(person: Person, made: dict[str, Any]) -> None:
    assert await person.server.app.state.services.accounts.set_enabled(person.name, False)


async def enable(person: Person, made: dict[str, Any]) -> None:
    assert await person.server.app.state.services.accounts.set_enabled(person.name, True)
    person.headers = (await person.server.log_in(person.name, PASSWORD)).headers


async def disable_and_enable(person: Person, made: dict[str, Any]) -> None:
    await disable(person, made)
    await enable(person, made)


async def shut_out_and_enable(person: Person, made: dict[str, Any]) -> None:
    """As a release disables an account that knows of no links."""
    await change(person.server, _user, _user.c.id == person.id, yn=0)
    await enable(person, made)


async def delete_account(person: Person, made: dict[str, Any]) -> None:
    body = {"password": PASSWORD}
    assert (await person.request("DELETE", "/auth/me", json=body)).status_code == 204


WAYS: tuple[End, ...] = (
    end,
    expire,
    by_operator,
    all_by_operator,
    sweep_away,
    delete,
    delete_and_restore,
    purge,
    hide,
    hide_and_restore,
    disable_and_enable,
    shut_out_and_enable,
)
LAST_WAYS: tuple[End, ...] = (delete_account, disable)
"""Of an account that is not there after that."""


@pytest.mark.databases("sqlite")
async def test_every_end_is_one_and_the_same(
    server: RunningServer,
    second: RunningServer,
    off: RunningServer,
    upstream: ScriptedUpstream,
    asked: list[str],
) -> None:
    reader = await server.register()
    unknown = await answers(server, reader, secrets.token_urlsafe(16))
    work = [*asked]
    assert len(work) == len(unknown)  # a look each
    assert {status for status, *_ in unknown} == {404}
    assert len({body for _, body, _ in unknown}) == 5  # page and error in two languages, and HEAD
    for last in LAST_WAYS:
        ada = await server.person_with_model(upstream.url)
        file = await uploaded(ada, b"shared")
        for way in (*(WAYS if last is disable else ()), last):
            chat = await ada.conversation("To be ended")
            await send(ada, chat, "hello", file["id"])
            made = await link(ada, chat)
            assert (await looked(second, made["token"])).status_code == 200
            await way(ada, made)
            for each in (server, second):
                asked.clear()
                assert await answers(each, reader, made["token"]) == unknown, way.__name__
                assert asked == work, way.__name__  # so no time tells what ended it
    ada = await server.person_with_model(upstream.url)
    chat = await ada.conversation("To be seen")
    file = await uploaded(ada, b"shared")
    await send(ada, chat, "hello", file["id"])
    good = (await link(ada, chat))["token"]
    assert {status for status, *_ in await answers(second, reader, good)} == {200, 201}
    assert await answers(off, reader, good) == unknown
    for token in ("x", good[:-1], good + "x", "a" * 20_000, "%00", "%ff"):
        assert await answers(second, reader, token) == unknown, token[:30]


@pytest.mark.databases("mysql", "mariadb")
async def test_ends_are_seen_at_once(
    server: RunningServer, second: RunningServer, upstream: ScriptedUpstream
) -> None:
    """Where connections have a snapshot of their own."""
    ada = await server.person_with_model(upstream.url)
    chat = await ada.conversation("To be ended")
    await ada.say(chat, "hello")
    for way in (end, expire, delete_and_restore, hide, disable):
        made = await link(ada, chat)
        assert (await looked(second, made["token"])).status_code == 200
        await way(ada, made)
        assert_refused(await looked(second, made["token"]), 404, "share_not_found")
        if way is hide:
            await restore_it(ada, made)


@pytest.mark.databases("sqlite", "mysql")
async def test_what_is_over_is_swept_with_its_files(
    server: RunningServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "MESSAGES_PER_COMMIT", 1)
    ada = await server.person_with_model(upstream.url)
    before = await asyncio.to_thread(stored_files, server)
    chat = await ada.conversation("To be swept")
    cat = await uploaded(ada, picture((17, 13)))
    sent = (await send(ada, chat, "", cat["id"])).json()
    made = await link(ada, chat)
    services = server.app.state.services

    async def hours_pass() -> None:
        """Two sweeps of files that wait no longer."""
        await change(
            server, _file, _file.c.id == cat["id"], created_at=utc_now() - timedelta(days=2)
        )
        for _ in range(2):
            await services.files.sweep(0)
            ago = utc_now() - timedelta(hours=2)
            its = (_file.c.id == cat["id"], _file.c.unused_at.is_not(None))
            await change(server, _file, *its, unused_at=ago)

    # The message is purged; what the link shows stays, and is held.
    message = sent["message"]["id"]
    assert (await ada.request("DELETE", f"/messages/{message}")).status_code == 204
    long_ago = utc_now() - timedelta(days=40)
    await change(server, _deletion, _deletion.c.message_id == message, deleted_at=long_ago)
    await services.purger.purge()
    await hours_pass()
    assert (await server.http.get(f"{made['url']}/attachments/1")).status_code == 200
    refused = await ada.request("DELETE", f"/attachments/{cat['id']}")
    assert_refused(refused, 409, "attachment_in_use")
    assert len((await shown(server, made["token"]))["messages"]) == 2

    await end(ada, made)
    await change(server, _share, _share.c.id == made["id"], ended_at=utc_now() - timedelta(hours=2))
    await services.sharing.sweep(0)
    await hours_pass()
    assert (await ada.get(f"/attachments/{cat['id']}")).status_code == 404
    assert await asyncio.to_thread(stored_files, server) == before
    held = select(func.count()).where(_copy.c.share_id == made["id"])
    assert await services.database.read(lambda connection: connection.execute(held).scalar()) == 0


@pytest.mark.databases("sqlite")
async def test_no_backup_brings_a_link_back(
    tmp_path: Path, start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    server = await start_server(database_url=url)
    ada = await server.person_with_model(upstream.url)
    chat = await ada.conversation("Backed up")
    await ada.say(chat, "hello")
    made = await link(ada, chat)
    other = f"sqlite:///{tmp_path / 'other.db'}"

    await asyncio.to_thread(backup, url, tmp_path / "file")
    await end(ada, made)
    await asyncio.to_thread(restore, other, tmp_path / "file")
    restored = await start_server(database_url=other)
    assert_refused(await looked(restored, made["token"]), 404, "share_not_found")
    again = await restored.log_in(ada.name, PASSWORD)
    assert (await again.get("/shares")).json() == {"shares": [], "has_more": False}
    assert (await link(again, chat))["id"] > made["id"]


@pytest.mark.databases("sqlite")
async def test_where_one_must_be_logged_in(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(shares="login")
    ada, eve = await server.person_with_model(upstream.url), await server.register()
    chat = await ada.conversation("Inside")
    file = await uploaded(ada, b"inside")
    await send(ada, chat, "hello", file["id"])
    made = await link(ada, chat)
    unknown = secrets.token_urlsafe(16)
    for path in ("", ".json", "/attachments/1"):
        hit, miss = [
            await server.http.get(f"/s/{token}{path}") for token in (made["token"], unknown)
        ]
        assert faces(hit) == faces(miss)
        assert hit.status_code == (401 if path else 200)
    content = (await eve.get(f"{made['url']}.json")).json()
    assert content["messages"][0]["content"] == "hello"
    assert (await eve.get(f"{made['url']}/attachments/1")).content == b"inside"
    assert_refused(await eve.get(f"/s/{unknown}.json"), 404, "share_not_found")
    assert (await ada.get("/auth/me")).json()["shares"] == "login"


@pytest.mark.databases("sqlite")
async def test_where_the_operator_wants_none(
    server: RunningServer, off: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    chat = await ada.conversation("Off")
    await ada.say(chat, "hello")
    made = await link(ada, chat)
    headers = ada.headers
    refused = await off.http.post(f"/conversations/{chat}/shares", headers=headers)
    assert_refused(refused, 403, "shares_off")
    refused = await off.http.patch(f"/shares/{made['id']}", json={}, headers=headers)
    assert_refused(refused, 403, "shares_off")
    listed = await off.http.get("/shares", headers=headers)
    assert [each["id"] for each in listed.json()["shares"]] == [made["id"]]
    assert (await off.http.delete(f"/shares/{made['id']}", headers=headers)).status_code == 204


@pytest.mark.databases("sqlite")
async def test_there_are_not_too_many_nor_too_long_ones(
    server: RunningServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await server.person_with_model(upstream.url)
    chat = await ada.conversation("Much")
    await ada.say(chat, "hello")
    path = f"/conversations/{chat}/shares"
    made = await link(ada, chat)
    assert (rows.SHARES_MOST, snapshot.CHARACTERS_MOST) == (500, 4_000_000)
    monkeypatch.setattr(rows, "SHARES_MOST", 1)
    assert_refused(await ada.post(path), 409, "list_full")
    await end(ada, made)
    monkeypatch.setattr(snapshot, "CHARACTERS_MOST", 5)
    assert_refused(await ada.post(path), 409, "share_too_long")
