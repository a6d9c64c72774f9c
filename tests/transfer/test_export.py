"""A conversation taken away as Markdown: what is in it, however long it is, and whose it is."""

import asyncio
import re
from array import array
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest
from sqlalchemy import Connection, delete

from app.database import table_of
from app.errors import ConversationNotFound
from app.models import Conversation
from app.routers.http.download import attachment
from app.services.files.names import file_name
from app.services.transfer.markdown import heading, section
from app.services.transfer.pieces import path_parts
from app.services.transfer.rows import (
    PART_CHARACTERS,
    PART_MESSAGES,
    TransferredConversation,
    TransferredMessage,
    head,
)
from tests.conftest import StartServer
from tests.faults.unread import is_cut, unread_export
from tests.faults.watching import eventually
from tests.support.refusals import assert_refused
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.transfer.exporting import lengthen

pytestmark = pytest.mark.anyio

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
AT = datetime(2026, 11, 29, 12, 30, 5, 999_999, tzinfo=UTC)

_conversation = table_of(Conversation)


async def exported(person: Person, conversation: int, **headers: str) -> httpx2.Response:
    answer = await person.get(f"/conversations/{conversation}/export?format=md", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


def timeless(text: str) -> str:
    """The file with every time in it as `T`."""
    return TIME.sub("T", text)


async def test_what_is_in_the_file(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url, "reasoning")
    id = await ada.conversation("Über *alles*\n2 < 3")
    await ada.say(id, "What is **this**?")
    for model in ("cut", "401"):
        await ada.set_model(upstream.url, model)
        await ada.say(id, model)
    version = (await ada.messages(id))[0]["id"]
    answer = await exported(ada, id)
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    partial = (await ada.messages(id))[3]["content"].rstrip()
    assert timeless(answer.text) == (
        "# Über \\*alles\\* 2 \\< 3\n\n"
        "- Begun: T\n- Last message: T\n- Exported: T\n"
        "\n## You\n\n*T*\n\nWhat is **this**?\n"
        "\n## reasoning\n\n*T*\n\nDone thinking.\n"
        "\n## You\n\n*T*\n\ncut\n"
        f"\n## cut\n\n*T*\n\n{partial}\n\n"
        "> *The reply broke off: The model's server broke the reply off*\n"
        "\n## You\n\n*T*\n\n401\n"
        "\n## 401\n\n*T*\n\n"
        "> *There is no reply: The model's server refused the API key*\n"
    )
    # Only the versions shown are in it, and the words are the reader's.
    await ada.set_model(upstream.url, "echo")
    await ada.post(f"/messages/{version}/edit", json={"content": "instead"})
    chinese = await exported(ada, id, **{"Accept-Language": "zh-CN"})
    assert timeless(chinese.text) == (
        "# Über \\*alles\\* 2 \\< 3\n\n- 开始时间: T\n- 最后消息: T\n- 导出时间: T\n"
        "\n## 你\n\n*T*\n\ninstead\n\n## echo\n\n*T*\n\nYou said: instead\n"
    )


@pytest.mark.databases("sqlite")
async def test_a_running_reply_is_there_as_far_as_it_is_saved(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    id = await ada.conversation("Running")
    assert timeless((await exported(ada, id)).text).endswith("Exported: T\n")
    async with ada.socket(id) as socket:
        await socket.send(type="message", content="say on")
        await socket.until("chunk")

        async def is_saved() -> bool:
            return "You\n\n> *The reply was still" in (await exported(ada, id)).text

        await eventually(is_saved)
        await socket.send(type="stop")
        await socket.until("done")
    assert (await exported(ada, id)).text.endswith("\n\nYou\n\n> *The reply was stopped*\n")


@pytest.mark.databases("sqlite")
async def test_only_ones_own_and_only_as_known_kinds(server: RunningServer) -> None:
    ada, eve = await server.register(), await server.register()
    id = await ada.conversation("private")
    path = f"/conversations/{id}/export"
    assert_refused(await eve.get(path), 404, "conversation_not_found")
    assert_refused(await ada.get(f"{path}?format=pdf"), 422, "invalid_input")
    await ada.request("DELETE", f"/conversations/{id}")
    assert_refused(await ada.get(path), 404, "conversation_not_found")


async def test_a_long_one_is_read_in_small_parts(server: RunningServer) -> None:
    ada = await server.register()
    id = await ada.conversation("long")
    services = server.app.state.services
    long = "x" * (PART_CHARACTERS // 2 + 1)
    texts = [*map(str, range(PART_MESSAGES + 50)), long, long, "x" * (2 * PART_CHARACTERS), "end"]
    ids = await services.database.write(lengthen, id, texts)
    conversation = await services.database.read(head, ada.id, id)
    parts = [part async for part in path_parts(services.database, conversation)]
    assert [len(part) for part in parts] == [PART_MESSAGES, 51, 1, 1, 1]
    assert [message.id for part in parts for message in part] == ids
    text = (await exported(ada, id)).text
    sections = text.split("\n## ")[1:]
    assert [section.split("\n\n")[2].rstrip() for section in sections] == texts


async def test_what_happens_meanwhile_changes_nothing(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    database = server.app.state.services.database

    async def begun(title: str) -> tuple[int, Any, list[int]]:
        id = await ada.conversation(title)
        ids = await database.write(lengthen, id, ["x"] * (PART_MESSAGES + 2))
        parts = path_parts(database, await database.read(head, ada.id, id))
        assert len(await anext(parts)) == PART_MESSAGES
        return id, parts, ids

    async def rest(parts: Any) -> list[int]:
        return [message.id async for part in parts for message in part]

    _, parts, ids = await begun("another version far down")
    await ada.post(f"/messages/{ids[-2]}/edit", json={"content": "other"})
    assert await rest(parts) == ids[PART_MESSAGES:]
    _, parts, ids = await begun("another version of the first")
    await ada.post(f"/messages/{ids[0]}/edit", json={"content": "other"})
    assert await rest(parts) == ids[PART_MESSAGES:]
    id, parts, ids = await begun("deleted")
    await ada.request("DELETE", f"/conversations/{id}")
    assert await rest(parts) == ids[PART_MESSAGES:]
    id, parts, ids = await begun("goes on")
    await ada.say(id, "more")
    assert await rest(parts) == ids[PART_MESSAGES:]
    id, parts, ids = await begun("gone for good")
    await database.write(forget, id)
    with pytest.raises(ConversationNotFound):
        await anext(parts)


def forget(connection: Connection, conversation: int) -> None:
    connection.execute(delete(_conversation).where(_conversation.c.id == conversation))


MANY_BYTES = ["x" * PART_CHARACTERS] * 120
"""More than the system buffers for a client that does not read."""


@pytest.mark.databases("sqlite")
async def test_a_reader_who_never_reads_is_cut(start_server: StartServer) -> None:
    server = await start_server(send_timeout_seconds=0.3, session_check_seconds=0.1)
    ada = await server.register()
    id = await ada.conversation("never read")
    await server.app.state.services.database.write(lengthen, id, MANY_BYTES)
    async with unread_export(ada, id) as connection:

        async def cut() -> bool:
            return is_cut(connection)

        await eventually(cut)


@pytest.mark.databases("sqlite")
async def test_it_ends_with_the_login_and_counts_as_a_stream(start_server: StartServer) -> None:
    server = await start_server(max_sockets_per_user=1)
    ada = await server.register()
    id = await ada.conversation("big")
    await server.app.state.services.database.write(lengthen, id, MANY_BYTES)
    path = f"{server.http.base_url}/conversations/{id}/export"
    with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
        async with server.http.stream("GET", path, headers=ada.headers) as answer:
            pieces = answer.aiter_bytes()
            await anext(pieces)
            assert_refused(await ada.get(path), 429, "too_many_sockets")
            await ada.post("/auth/logout")
            streams = server.app.state.connections.streams

            async def is_told() -> bool:
                return all(ended.done() for ended in streams._open)

            await eventually(is_told)
            async for _ in pieces:
                pass


@pytest.mark.databases("sqlite")
async def test_a_page_of_another_site_is_told_the_name(start_server: StartServer) -> None:
    site = "https://chat.example.com"
    ada = await (await start_server(cors_origins=[site])).register()
    answer = await exported(ada, await ada.conversation("Named"), Origin=site)
    assert "Content-Disposition" in answer.headers["access-control-expose-headers"]
    assert answer.headers["content-disposition"].startswith('attachment; filename="Named.md"')


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Trip to Rome", "Trip to Rome"),
        ("成都 🍣 之旅", "成都 🍣 之旅"),
        ("../../etc/passwd", "etc passwd"),
        ('a/b\\c:d*e?f"g<h>i|j%41', "a b c d e f g h i j 41"),
        ("line\r\nSet-Cookie: a=b", "line Set-Cookie a=b"),
        (" .hidden. ", "hidden"),
        ("-rf", "rf"),
        ("gnp.\u202eexe\u202c.md\u200b", "gnp. exe .md"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("console", "console"),
        ("e\u0301", "\u00e9"),
        ("汉" * 200, "汉" * 50),
        ("...", ""),
        ("/", ""),
    ],
)
def test_a_title_as_a_file_name(title: str, name: str) -> None:
    assert file_name(title) == name
    header = attachment(title, ".md", otherwise="conversation-7")
    plain, encoded = re.fullmatch(
        r"attachment; filename=\"([ !#-\[\]-~]+)\"; filename\*=UTF-8''([\w.~%-]+)", header
    ).groups()  # type: ignore[union-attr]
    assert header.isascii()
    assert unquote(encoded) == (name or "conversation-7") + ".md"
    assert plain == (f"{name}.md" if name and name.isascii() else "conversation-7.md")


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("no code", ""),
        ("```py\nx = 1\n```", ""),
        ("```py\nx = 1", "\n```"),
        ("~~~~\n```\n~~~", "\n~~~~"),
        ("```\na\n```\nb\n````md\n```\n", "\n````"),
        ("```\na\n ``` \n```", "\n```"),
        ("```not ` a fence\ntext", ""),
        ("- item\n  ```\n  inside a list", ""),
        ("```\n``` not an end", "\n```"),
    ],
)
def test_a_code_block_left_open_does_not_swallow_what_follows(text: str, more: str) -> None:
    said = TransferredMessage(1, None, "ai", AT, text, "complete", "stop", "a_b", None)
    after = f"\n## a\\_b\n\n*2026-11-29T12:30:05Z*\n\n{text.rstrip()}{more}\n"
    assert section(said, "en") == after


def test_times_are_utc_to_the_second() -> None:
    begun = AT.astimezone(tz=None) - timedelta(days=1)
    conversation = TransferredConversation(1, "# `T` \\", begun, AT, array("q"))
    assert heading(conversation, AT, "en") == (
        "# \\# \\`T\\` \\\\\n\n- Begun: 2026-11-28T12:30:05Z\n"
        "- Last message: 2026-11-29T12:30:05Z\n- Exported: 2026-11-29T12:30:05Z\n"
    )


@pytest.mark.databases("sqlite")
async def test_many_exports_at_once(server: RunningServer) -> None:
    ada = await server.register()
    id = await ada.conversation("many")
    await server.app.state.services.database.write(lengthen, id, ["word " * 100] * 300)
    answers = await asyncio.gather(*(exported(ada, id) for _ in range(8)))
    assert {answer.text.count("word") for answer in answers} == {30_000}
