"""The release before, its real code, and this version on one database: each goes on with what the
other wrote, and sees what the other does."""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from app.services.settings import rows
from tests.admin.acts import act, make_pending
from tests.admin.acts import delete as trash
from tests.endpoints.connecting import KEY, add_model, connect, models, patch
from tests.faults.watching import eventually
from tests.groups.grouped import cap_of, new_group, set_grants, shared_connection
from tests.support import databases
from tests.support.backups import command, done, restore
from tests.support.refusals import assert_refused, last_words
from tests.support.server import PASSWORD, Person, RunningServer, running_server, text_of
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream
from tests.upgrades import releases
from tests.usage.spending import over, usage

pytestmark = pytest.mark.anyio

BEFORE = "before the upgrade"


@pytest.fixture(scope="module")
def release() -> Path:
    """The folder of the release's code."""
    found = releases.code()
    assert found is not None
    return found[1]


@dataclass
class Both:
    """A server of each version; the old one was there first, and was used before the new came."""

    old: RunningServer
    new: RunningServer
    upstream: ScriptedUpstream
    person: Person
    conversation: int

    async def person_at(self, first: RunningServer, model: str = "echo") -> tuple[Person, Person]:
        """A new user with a model, at the one server and at the other."""
        person = await first.person_with_model(self.upstream.url, model)
        other = self.new if first is self.old else self.old
        return person, replace(person, server=other)


@pytest.fixture(scope="module")
async def both(
    release: Path, database_server: URL, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Both]:
    folder = tmp_path_factory.mktemp("both")
    with databases.fresh_database(database_server, folder) as url:
        async with (
            ScriptedUpstream() as upstream,
            server_process(url, None, "uvicorn", release, DATA_DIR=str(folder)) as old,
        ):
            person = await old.person_with_model(upstream.url)
            conversation = await person.conversation()
            await person.say(conversation, BEFORE)
            async with running_server(database_url=url, data_dir=folder) as new:
                yield Both(old, new, upstream, person, conversation)


@pytest.fixture(params=["old first", "new first"])
def first(request: pytest.FixtureRequest, both: Both) -> RunningServer:
    return both.old if request.param == "old first" else both.new


async def same(here: Person, there: Person, conversation: int) -> list[str]:
    """The texts of a conversation, which is the same at both, but for what one of them adds."""
    seen, elsewhere = await here.messages(conversation), await there.messages(conversation)
    assert [known(*pair) for pair in zip(seen, elsewhere, strict=True)] == [
        known(*pair) for pair in zip(elsewhere, seen, strict=True)
    ]
    return [message["content"] for message in seen]


def known(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The fields of one that the other has, too."""
    return {name: value for name, value in one.items() if name in other}


async def test_what_was_there_before_goes_on(both: Both) -> None:
    after = replace(both.person, server=both.new)
    assert await same(both.person, after, both.conversation) == [BEFORE, f"You said: {BEFORE}"]
    await after.say(both.conversation, "after")
    await both.person.say(both.conversation, "and still")
    assert len(await same(both.person, after, both.conversation)) == 6


async def test_turns_by_turns(both: Both, first: RunningServer) -> None:
    here, there = await both.person_at(first)
    conversation = await here.conversation()
    sent = (await here.say(conversation, "one")).json()
    edited = (
        await there.post(f"/messages/{sent['message']['id']}/edit", json={"content": "two"})
    ).json()
    assert await same(here, there, conversation) == ["two", "You said: two"]
    again = (await here.post(f"/messages/{edited['reply']['id']}/regenerate")).json()
    assert again["reply"]["versions"] == 2 and again["reply"]["status"] == "complete"
    assert (await there.post(f"/messages/{sent['message']['id']}/activate")).status_code == 200
    assert await same(here, there, conversation) == ["one", "You said: one"]
    await here.say(conversation, "three")
    await there.say(conversation, "four")
    assert len(await same(here, there, conversation)) == 6
    lists = [(await person.get("/conversations")).json() for person in (here, there)]
    assert [listed["conversations"][0]["message_count"] for listed in lists] == [6, 6]


async def test_a_model_saved_by_one_is_used_by_the_other(both: Both, first: RunningServer) -> None:
    here, there = await both.person_at(first)
    conversation = await there.conversation()
    assert (await there.say(conversation, "a")).json()["reply"]["status"] == "complete"
    await there.set_model(both.upstream.url, "another", "sk-another")
    await here.say(conversation, "b")
    asked = both.upstream.replies[-1]
    assert (asked.model, asked.headers["authorization"]) == ("another", "Bearer sk-another")


async def test_what_is_saved_at_the_release_before_is_carried_over(both: Both) -> None:
    """Where that one knows connections itself (from 1.2.0 on), both of them answer alike."""
    there, here = await both.person_at(both.old)
    knows_connections = (await there.get("/connections")).status_code == 200
    assert [(m["name"], m["default"]) for m in await models(here)] == [("echo", True)]
    (made,) = (await here.get("/connections")).json()["connections"]
    assert (made["slug"], made["model_url"], made["key_tail"]) == (
        "default",
        both.upstream.url,
        None,
    )
    chosen = await add_model(here, await connect(here, both.upstream.url), "chosen")
    await patch(here, "/auth/me", default_model_id=chosen)
    conversation = await here.conversation()

    async def answers(person: Person) -> tuple[str, str]:
        reply = (await person.say(conversation, "hello")).json()["reply"]
        asked = both.upstream.replies[-1]
        assert reply["status"] == "complete" and reply["model_name"] == asked.model
        return asked.model, asked.headers["authorization"].removeprefix("Bearer ")

    assert await answers(here) == ("chosen", KEY)
    seen_there = ("chosen", KEY) if knows_connections else ("echo", "sk-test-key")
    assert await answers(there) == seen_there
    await there.set_model(both.upstream.url, "saved there", "sk-there")
    assert await answers(here) == ("saved there", "sk-there")
    await here.set_model(both.upstream.url, "saved here")
    assert await answers(there) == ("saved here", "sk-test-key")
    assert await answers(here) == ("saved here", "sk-test-key")
    again = f"/messages/{(await here.messages(conversation))[-1]['id']}/regenerate"
    for person in (there, here):
        reply = (await person.post(again)).json()["reply"]
        assert (reply["status"], reply["model_name"]) == ("complete", "saved here")
    await patch(here, f"/connections/{made['id']}", api_key="sk-changed-here")
    assert await answers(there) == ("saved here", "sk-changed-here")
    assert (await there.request("DELETE", "/auth/config")).status_code == 204
    assert made["id"] not in [
        c["id"] for c in (await here.get("/connections")).json()["connections"]
    ]
    assert_refused(await here.say(conversation, "hello"), 409, "model_not_configured")
    await there.set_model(both.upstream.url, "back", "sk-back")
    assert await answers(here) == ("back", "sk-back")
    mine = (await here.get("/connections")).json()["connections"]
    default = next(c["id"] for c in mine if c["slug"] == "default")
    assert (await here.request("DELETE", f"/connections/{default}")).status_code == 204
    assert_refused(await there.get("/auth/config"), 404, "config_not_found")
    assert_refused(await there.say(conversation, "hello"), 409, "model_not_configured")


async def test_a_reply_is_followed_and_stopped_by_the_other(
    both: Both, first: RunningServer
) -> None:
    here, there = await both.person_at(first, "slow")
    conversation = await here.conversation()
    async with here.socket(conversation) as writer, there.socket(conversation) as reader:
        await writer.send(type="message", content="一 two 🍣")
        assert text_of(await writer.until("done")) == text_of(await reader.until("done"))
    await here.set_model(both.upstream.url, "hold")
    async with here.socket(conversation) as writer:
        await writer.send(type="message", content="stop me")
        await writer.until("chunk")
        assert (await there.post(f"/conversations/{conversation}/stop")).status_code == 204
        assert (await writer.until("done"))[-1]["finish_reason"] == "stopped"
    assert (await there.messages(conversation))[-1]["status"] == "stopped"
    await there.set_model(both.upstream.url, "echo")
    assert (await there.say(conversation, "on")).json()["reply"]["status"] == "complete"


async def test_what_one_deletes_is_gone_at_the_other(both: Both, first: RunningServer) -> None:
    here, there = await both.person_at(first)
    conversation = await here.conversation()
    await here.say(conversation, "hello")
    path = f"/conversations/{conversation}"
    assert (await there.request("DELETE", path)).status_code == 204
    assert_refused(await here.get(f"{path}/messages"), 404, "conversation_not_found")
    assert (await here.post(f"{path}/restore")).status_code == 200
    assert await same(here, there, conversation) == ["hello", "You said: hello"]


async def test_what_is_said_at_either_is_found(both: Both, first: RunningServer) -> None:
    """By the new one: before and after its index has read it, until it is gone at either."""
    here, there = await both.person_at(first)
    new = here if here.server is both.new else there
    old = there if new is here else here
    reader = both.new.app.state.services.reader

    async def found(words: str) -> list[int]:
        results = (await new.get("/search", params={"q": words})).json()["results"]
        return sorted(each["message_id"] for each in results)

    conversation = await here.conversation("named")
    sent = (await old.say(conversation, "tides of the harbour")).json()
    first_two = [sent["message"]["id"], sent["reply"]["id"]]
    assert await found("harbour") == first_two
    await reader.read_new()
    edited = await old.post(f"/messages/{first_two[0]}/edit", json={"content": "only hills"})
    assert await found("harbour") == []
    assert len(await found("hills")) == 2
    await new.post(f"/messages/{first_two[0]}/activate")
    assert await found("harbour") == first_two
    await new.request("DELETE", f"/messages/{edited.json()['message']['id']}")
    await old.post(f"/messages/{first_two[1]}/regenerate")
    await reader.read_new()
    assert len(await found("harbour")) == 2
    assert (await old.request("DELETE", f"/conversations/{conversation}")).status_code == 204
    assert await found("harbour") == []


async def test_where_the_one_puts_conversations_the_other_goes_on(
    both: Both, first: RunningServer
) -> None:
    here, there = await both.person_at(first)
    if (await both.old.http.get("/folders")).status_code == 404:
        return  # the release before has none
    folder = (await here.post("/folders", json={"name": "a folder"})).json()["id"]
    kept, archived = [await there.conversation(name) for name in ("kept", "archived")]
    await patch(here, f"/conversations/{kept}", folder_id=folder, pinned=True)
    await patch(there, f"/conversations/{archived}", archived=True)
    said = (await here.say(kept, "one")).json()
    await there.request("DELETE", f"/messages/{said['message']['id']}")
    for person in (here, there):
        listed = (await person.get("/conversations", params={"folder_id": folder})).json()
        assert [each["id"] for each in listed["conversations"]] == [kept]
        assert listed["total"] == 1
        put_away = (await person.get("/conversations", params={"archived": True})).json()
        assert [each["id"] for each in put_away["conversations"]] == [archived]
        assert await person.messages(kept) == []
    restored = await here.post(f"/messages/{said['message']['id']}/restore")
    assert restored.status_code == 200
    assert len(await same(here, there, kept)) == 2


async def test_logins_are_the_same(both: Both, first: RunningServer) -> None:
    here, there = await both.person_at(first)
    here = await (await there.refresh()).refresh()
    there = replace(here, server=both.new if first is both.old else both.old)
    async with there.socket(await here.conversation()) as socket:
        assert (await here.post("/auth/logout-all")).status_code == 204
        assert (await last_words(socket.connection))[1] == 4401
    assert_refused(await there.get("/auth/me"), 401, "invalid_token")


async def test_an_account_is_deleted_for_both(both: Both, first: RunningServer) -> None:
    here, there = await both.person_at(first)
    conversation = await there.conversation()
    await there.say(conversation, "hello")
    async with there.socket(conversation) as socket:
        answer = await here.request("DELETE", "/auth/me", json={"password": PASSWORD})
        assert answer.status_code == 204
        assert (await last_words(socket.connection))[1] == 4401
    assert_refused(await there.get("/auth/me"), 401, "invalid_token")
    again = await there.server.register(here.name)
    assert again.id > here.id


async def test_whom_an_administrator_locks_out_neither_lets_in(
    both: Both, first: RunningServer
) -> None:
    admin, ada = await both.new.admin(), await first.register()

    async def logins() -> list[int]:
        body = {"username_or_email": ada.name, "password": PASSWORD}
        servers = (both.old, both.new)
        return [(await each.http.post("/auth/login", json=body)).status_code for each in servers]

    assert (await trash(admin, ada)).status_code == 204
    assert_refused(await ada.get("/auth/me"), 401, "invalid_token")
    assert await logins() == [401, 401]
    assert (await act(admin, ada, "restore")).json()["status"] == "active"
    assert await logins() == [200, 200]
    await make_pending(both.new, ada)
    assert await logins() == [403, 403]
    assert (await act(admin, ada, "approve")).json()["status"] == "active"
    assert await logins() == [200, 200]


async def test_what_is_for_a_group_is_so_at_both(both: Both) -> None:
    there, here = await both.person_at(both.old)
    stranger = await both.old.person_with_model(both.upstream.url)
    admin = await both.new.admin()
    async with shared_connection(admin, both.upstream.url, "echo", "other") as shared:
        model = shared["models"][0]["id"]
        said = {"content": "hello", "model_id": model}
        group = await new_group(admin, here)
        await set_grants(admin, shared, {"group_id": group})
        how_much = {"period": "day", "unit": "messages", "amount": 9}
        async with cap_of(admin, scope="group", group_id=group, **how_much):
            path = f"/conversations/{await here.conversation('named')}/messages"
            for person in (there, here):
                assert model in [each["id"] for each in await models(person)]
                assert (await person.post(path, json=said)).status_code == 200
                assert (await person.get("/usage/caps")).json()["caps"]
            for person in (stranger, replace(stranger, server=both.new)):
                path = f"/conversations/{await person.conversation()}/messages"
                assert_refused(await person.post(path, json=said), 404, "model_not_found")


async def test_where_accounts_come_by_providers_the_old_one_makes_none(both: Both) -> None:
    database = both.new.app.state.services.database

    async def offers(registration: bool) -> bool:
        answer = await both.old.http.get("/auth/options")
        return answer.is_success and answer.json()["registration"] is registration

    await database.write(rows.change, {"registration": "oidc"})
    try:
        assert (await database.read(rows.stored))["registration"] == "oidc"
        await eventually(lambda: offers(False))
        body = {"username": "stranger", "email": "stranger@example.com", "password": PASSWORD}
        answer = await both.old.http.post("/auth/register", json=body)
        assert_refused(answer, 403, "registration_closed")
    finally:
        await database.write(rows.change, {"registration": None})
        await eventually(lambda: offers(True))


@pytest.fixture(scope="module")
def old_backup(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup that the release before made."""
    folder = tmp_path_factory.mktemp("backup")
    url, file = f"sqlite:///{folder / 'old.db'}", folder / "old.backup"

    def run(*words: str | Path, typed: str = "") -> subprocess.CompletedProcess[str]:
        return command(folder, url, *words, typed=typed, PYTHONPATH=str(release))

    done(run("user", "create", "ada", "ada@example.org", "--password-stdin", typed=f"{PASSWORD}\n"))
    done(run("backup", file))
    return file


async def test_its_backup_comes_back(url: str, old_backup: Path) -> None:
    await asyncio.to_thread(restore, url, old_backup)
    async with running_server(database_url=url) as server:
        ada = await server.log_in("ada", PASSWORD)
        assert (await ada.get("/auth/me")).status_code == 200


async def test_what_the_new_one_asks_is_written_down(both: Both) -> None:
    there, here = await both.person_at(both.old)
    conversation = await here.conversation("named")
    await there.say(conversation, "at the old one")
    reply = (await here.say(conversation, "at the new one")).json()["reply"]
    await there.say(conversation, "again at the old one")
    # The release before may write its own down, too.
    count = 3 if (await there.get("/usage/attempts")).status_code == 200 else 1
    turns = {turn["message_id"]: turn for turn in await over(here, count)}
    assert turns[reply["id"]]["counted_by"] == "provider"
    assert [row["attempts"] for row in await usage(here)] == [count]


async def test_what_the_old_one_reaps_is_added_up_by_the_new_one(
    release: Path, url: str, tmp_path: Path, upstream: ScriptedUpstream
) -> None:
    hasty = {"REAP_AFTER_SECONDS": "1", "CHECKPOINT_SECONDS": "0.1"}
    async with server_process(url, None, "uvicorn", release, **hasty) as old:
        ada = await old.person_with_model(upstream.url, "hold")
        conversation = await ada.conversation("named")
        async with server_process(url) as new:
            async with new.seen_by(ada).socket(conversation) as socket:
                await socket.send(type="message", content="What is it all about?")
                await socket.until("chunk")

                async def is_saved() -> bool:
                    return bool((await ada.messages(conversation))[1]["content"])

                await eventually(is_saved)
                new.kill(signal.SIGKILL)
            await new.exited()

        async def is_reaped() -> bool:
            reply = (await ada.messages(conversation))[1]
            return bool(reply["status"] == "interrupted" and reply["content"])

        await eventually(is_reaped)
        async with running_server(database_url=url, data_dir=tmp_path) as server:
            [cut] = await over(replace(ada, server=server), 1)
    told = cut["status"], cut["prompt_tokens"], cut["completion_tokens"], cut["counted_by"]
    assert told == ("interrupted", 10, 5, "estimate")
