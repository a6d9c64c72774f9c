"""A deleted account leaves nothing: no rows but the audit log's, no login, no socket, no running
reply."""

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Select, Table, func, insert, select
from sqlalchemy import delete as sql_delete

from app.database import table_of
from app.errors import InvalidToken
from app.models import (
    Base,
    GroupMember,
    IdentityGroup,
    SearchBlock,
    SearchSegment,
    User,
    UserGroup,
    utc_now,
)
from app.models.marks import owner_of
from app.services.auth.provider_login import ProviderLogin, keep_for_session, keep_for_step
from app.services.backup.transaction import CHANGE, transaction
from app.services.conversations.list_rows import PageRequest
from app.services.emails import rows as emails
from app.services.jobs.rows import wish
from app.services.oidc import rows as identities
from app.services.oidc import sent
from app.services.oidc.provider import Sent
from app.services.oidc.sent import Errand
from app.utils.tokens import read_access_token
from tests.conftest import StartServer
from tests.endpoints.connecting import models, patch
from tests.faults.watching import eventually
from tests.files.made import picture, send, uploaded
from tests.support.authenticator import add_passkey, creation, local
from tests.support.factors import set_up, ticket_of
from tests.support.patience import PATIENCE_SECONDS
from tests.support.refusals import assert_refused, last_words
from tests.support.server import PASSWORD, SECRET_KEY, ChatSocket, Person, RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.transfer.imported import brought_in, chatgpt
from tests.transfer.imported import conversation as said_before
from tests.usage.capped import cap, set_caps
from tests.usage.spending import over

pytestmark = pytest.mark.anyio

OWNED = [table for table in Base.metadata.sorted_tables if owner_of(table) is not None]


async def delete(person: Person, password: str = PASSWORD) -> Any:
    return await person.request("DELETE", "/auth/me", json={"password": password})


async def rows(server: RunningServer) -> dict[str, int]:
    """How many rows each table has that holds what is somebody's."""

    def count(connection: Connection) -> dict[str, int]:
        every = {table.name: select(func.count()).select_from(table) for table in OWNED}
        return {name: connection.execute(query).scalar_one() for name, query in every.items()}

    counted: dict[str, int] = await server.app.state.services.database.read(count)
    return counted


async def without_rows(server: RunningServer, person: Person) -> list[str]:
    """The tables that hold nothing of a person."""

    def look(connection: Connection) -> list[str]:
        found = {
            table.name: connection.execute(ids_of(table, person.id)).first() for table in OWNED
        }
        return [name for name, row in found.items() if row is None]

    empty: list[str] = await server.app.state.services.database.read(look)
    return empty


def ids_of(table: Table, user_id: int) -> Select[Any]:
    """The keys of a user's rows, by the columns that the tables are marked with."""
    column = owner_of(table)
    assert column is not None
    above = [key.column.table for key in column.foreign_keys if key.column.table.name != "user"]
    mine = column.in_(ids_of(above[0], user_id)) if above else column == user_id
    return select(next(iter(table.primary_key))).where(mine)


@asynccontextmanager
async def rows_everywhere(
    server: RunningServer, upstream_url: str
) -> AsyncIterator[tuple[Person, ChatSocket]]:
    """Somebody who has left a row in every table, and whose reply is running."""
    ada = await server.register()
    await ada.say(await ada.conversation(), "to the operator's model")
    await ada.set_model(upstream_url, "echo")
    await patch(ada, "/auth/me", custom_instructions="Be brief.")
    for _ in range(3):
        await ada.say(await ada.conversation(), "hello")
    shown = await ada.conversation()
    await send(ada, shown, "", (await uploaded(ada, b"words"))["id"])
    assert (await ada.post(f"/conversations/{shown}/shares")).status_code == 201
    await ada.set_model(upstream_url, "context_length")
    crowded = await ada.conversation()
    for _ in range(3):
        await ada.say(crowded, "hello " * 100)
    taken = (await ada.messages(crowded))[-1]["id"]
    assert (await ada.request("DELETE", f"/messages/{taken}")).status_code == 204
    gone = await ada.conversation()
    assert (await ada.request("DELETE", f"/conversations/{gone}")).status_code == 204
    await ada.refresh()
    await server.app.state.services.passwords.make_reset(ada.name)
    own = next(m for m in await models(ada) if not m["connection"]["shared"])
    await patch(ada, f"/models/{own['id']}", favourite=True)
    assert (await ada.post("/presets", json={"name": "mine"})).status_code == 201
    assert (await ada.post("/auth/keys", json={"name": "mine"})).status_code == 201
    await server.app.state.services.database.write(put_into_a_group, ada.id)
    await set_up(ada)
    await ticket_of(server, ada)
    await add_passkey(ada, local())
    await creation(ada, local())
    await server.app.state.services.database.write(log_in_elsewhere, ada)
    kept = (await ada.post("/folders", json={"name": "mine"})).json()["id"]
    await patch(ada, f"/conversations/{crowded}", folder_id=kept)
    await set_caps(ada, cap(10**6, "tokens"))
    groups = server.app.state.services.groups
    made = await groups.create(None, f"group of {ada.name}")
    await groups.add_member(None, made.id, ada.id)
    await brought_in(ada, chatgpt(said_before("a", ["hello"])))
    assert (await ada.request("PUT", "/auth/me/avatar", content=picture())).status_code == 200
    ticket = (await ada.post("/auth/ws-ticket")).json()["ticket"]
    await ada.set_model(upstream_url, "hold")
    async with ada.socket(await ada.conversation(), token=ticket) as socket:
        await socket.send(type="message", content="hello")
        await socket.until("chunk")

        async def is_saved() -> bool:
            return "generation_piece" not in await without_rows(server, ada)

        await eventually(is_saved)
        await server.app.state.services.reader.read_new()
        await server.app.state.services.database.write(seal_nothing, ada.id)
        await server.app.state.services.database.write(link_to_addresses, ada.id)
        yield ada, socket


def log_in_elsewhere(connection: Connection, person: Person) -> None:
    """An account at a provider, by which somebody is logged in and about to be, and a way there."""
    identity_id = identities.add(connection, person.id, "https://idp.example", person.name)
    login = ProviderLogin(identity_id, None, utc_now())
    keep_for_step(connection, secrets.token_bytes(32), login)
    keep_for_session(connection, person.session_id, login)
    errand = Errand("link", "/", person.id, person.session_id)
    sent.keep(connection, "corp", Sent.new(), "browser", errand)
    group = connection.execute(select(table_of(GroupMember).c.group_id)).scalars().first()
    given = {"identity_id": identity_id, "group_id": group}
    connection.execute(insert(table_of(IdentityGroup)).values(given))


def put_into_a_group(connection: Connection, user_id: int) -> None:
    """Have somebody be in a group of their own."""
    name = f"of {user_id}"
    row = {"name": name, "name_key": name.encode(), "created_at": utc_now()}
    made = connection.execute(insert(table_of(UserGroup)).values(row))
    group = {"group_id": made.inserted_primary_key[0]}  # type: ignore[index]
    member = {"user_id": user_id, "username_key": name.encode()}
    connection.execute(insert(table_of(GroupMember)).values(**group, **member))


def seal_nothing(connection: Connection, user_id: int) -> None:
    """A sealed part of the search's index, and a job that nobody here does."""
    now = utc_now()
    ids = {"lowest_id": 1, "highest_id": 1}
    times = {"first_at": now, "last_at": now, "checked_at": now}
    mine = {"user_id": user_id}
    made = connection.execute(
        insert(table_of(SearchSegment)).values(tier=0, size=1, is_whole=1, **ids, **times, **mine)
    )
    segment = {"segment_id": made.inserted_primary_key[0]}  # type: ignore[index]
    connection.execute(insert(table_of(SearchBlock)).values(block=0, data=b"", **segment, **mine))
    wish(connection, "unknown", user_id)


def link_to_addresses(connection: Connection, user_id: int) -> None:
    """A link to the address of an account, and two for one that is to take its place."""
    emails.begin_verification(connection, user_id, secrets.token_bytes(32))
    address = f"{secrets.token_hex(8)}@example.com"
    hashes = secrets.token_bytes(32), secrets.token_bytes(32)
    emails.begin_change(connection, user_id, address, *hashes)


async def test_all_that_was_the_users_is_gone(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    default = {"default_model_url": upstream.url, "default_model_name": "echo"}
    kept = {"finished_reply_seconds": 3600}  # the rows of others are counted, too
    server = await start_server(**default, **kept, default_api_key="sk-operator")
    bob = await server.register()
    theirs = await bob.conversation()
    await bob.say(theirs, "hello")
    await over(bob, 1, "title")
    await server.app.state.services.fold.all()
    await server.app.state.services.reader.read_new()
    before = await rows(server)
    async with rows_everywhere(server, upstream.url) as (ada, socket):
        await server.app.state.services.fold.all()
        empty = await without_rows(server, ada)
        assert empty == [], f"rows_everywhere() makes no row in {empty}, so this test shows nothing"
        assert_refused(await delete(ada, "not the password"), 403, "wrong_password")
        assert (await delete(ada)).status_code == 204
        assert (await last_words(socket.connection))[1] == 4401
    assert await rows(server) == before
    assert await without_rows(server, ada) == [table.name for table in OWNED]
    assert_refused(await ada.get("/auth/me"), 401, "invalid_token")
    assert_refused(await delete(ada), 401, "invalid_token")
    assert len(await bob.messages(theirs)) == 2
    again = await server.register(ada.name)
    assert again.id > ada.id
    assert (await again.get("/conversations")).json()["total"] == 0
    assert_refused(await ada.get("/auth/me"), 401, "invalid_token")


async def test_a_running_reply_ends_with_its_account(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="hello")
        await socket.until("chunk")
        running = server.app.state.services.supervisor.find(conversation)
        assert (await delete(ada)).status_code == 204
        events, code = await last_words(socket.connection)
        assert (events[-1]["code"], code) == ("invalid_token", 4401)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.wait([running.task])


async def test_what_was_let_in_before_is_refused_after(
    server: RunningServer, upstream: ScriptedUpstream, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = await server.person_with_model(upstream.url)
    change = {"model_url": upstream.url, "model_name": "echo", "api_key": "sk-new"}
    async with deleted_once_let_in(server, ada):
        asked = [
            asyncio.create_task(ada.post("/conversations")),
            asyncio.create_task(ada.request("PUT", "/auth/config", json=change)),
        ]
        await until_they_wait(server, len(asked))
    for answer in await asyncio.gather(*asked):
        assert_refused(answer, 401, "invalid_token")
    claims = read_access_token(SECRET_KEY, ada.token)
    with pytest.raises(InvalidToken):
        await server.app.state.services.conversations.list(claims, PageRequest(10, 0, None, 0))
    assert "error" not in capsys.readouterr().err


@asynccontextmanager
async def deleted_once_let_in(server: RunningServer, person: Person) -> AsyncIterator[None]:
    """Deletes an account behind the server's back, in a transaction that is committed at the end:
    until then the server still reads the account, and waits where it writes."""
    user, settings = table_of(User), server.app.state.settings
    begun, go = threading.Event(), threading.Event()

    def remove() -> None:
        with transaction(settings, CHANGE) as connection:
            connection.execute(sql_delete(user).where(user.c.id == person.id))
            begun.set()
            go.wait(10)

    removal = asyncio.create_task(asyncio.to_thread(remove))
    assert await asyncio.to_thread(begun.wait, 30)
    try:
        yield
    finally:
        go.set()
        await removal


async def until_they_wait(server: RunningServer, count: int) -> None:
    """So many transactions have been under way for some time."""
    looks = 0
    async with asyncio.timeout(PATIENCE_SECONDS):
        while looks < 30:
            await asyncio.sleep(0.01)
            load = server.app.state.services.database.load
            looks = looks + 1 if load.running + load.waiting >= count else 0
