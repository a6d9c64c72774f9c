"""Who is refused a socket and how they are told; and what a bad frame does: nothing but a word."""

import asyncio
import re
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect as sync_connect

from app.utils.tokens import create_access_token
from tests.conftest import StartServer
from tests.support import forks
from tests.support.cli_process import BARE_UVICORN, environment, stop, until
from tests.support.refusals import last_words
from tests.support.server import PASSWORD, SECRET_KEY, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

MISSING = 999_999_999
STRANGE_IDS = [
    "0",
    "-1",
    "+1",
    "1.0",
    "1_0",
    "01",
    "abc",
    "%C2%B2",
    "%EF%BC%91",
    "%20",
    "1%00",
    str(2**63),
    str(10**30),
    "0" * 19 + "1" + "9" * 30,
    "9" * 6000,
]
BAD_FRAMES: list[tuple[str | bytes, str]] = [
    ("", "invalid_json"),
    ("hello", "invalid_json"),
    ('{"type": "message", "content": NaN}', "invalid_json"),
    ('{"type": "message", "content": "\\ud800"}', "invalid_json"),
    ("[" * 100_000, "invalid_json"),
    ("1" * 100_000, "invalid_json"),
    (b"\x00\xff\xfe", "invalid_json"),
    ("null", "invalid_input"),
    ("[]", "invalid_input"),
    ("{}", "invalid_input"),
    ('{"type": "chunk", "content": "x"}', "invalid_input"),
    ('{"type": ["message"], "content": "x"}', "invalid_input"),
    ('{"type": "message"}', "invalid_input"),
    ('{"type": "message", "content": 7}', "invalid_input"),
    ('{"type": "message", "content": null}', "invalid_input"),
    ('{"type": "message", "content": "a\\u0000b"}', "invalid_input"),
    ('{"type": "message", "content": "x", "client_id": "has blank"}', "invalid_input"),
    ('{"type": "message", "content": "x", "client_id": 7}', "invalid_input"),
    ('{"type": "message", "content": " \\n\\t "}', "blank_message"),
    (f'{{"type": "message", "content": "{"x" * 100_001}"}}', "message_too_long"),
    (f'{{"type": "message", "content": "{"x" * 1_600_000}"}}', "body_too_large"),
]


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is promised here is decided before the database: one kind is enough."""
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'chat.db'}"


async def refusal(url: str, **options: Any) -> tuple[str, int]:
    """The code of the one error event of a refused socket, and its close code."""
    async with connect(url, **options) as connection:
        events, close_code = await last_words(connection)
    (event,) = events
    assert set(event) - {"retry_after"} == {"type", "message", "code"} and event["type"] == "error"
    return event["code"], close_code


def url_of(server: RunningServer, conversation: int | str, query: str = "") -> str:
    return f"ws://127.0.0.1:{server.port}/ws/conversations/{conversation}{query}"


async def test_a_socket_without_a_good_token_is_told_so_and_closed(server: RunningServer) -> None:
    ada = await server.register()
    conversation = await ada.conversation()
    session = ada.session_id
    expired = create_access_token(SECRET_KEY, ada.id, session, -1)
    unknown = create_access_token(SECRET_KEY, MISSING, session, 60)
    forged = create_access_token("another secret that is long enough", ada.id, session, 60)
    for query in (
        "",
        "?token=",
        "?token=garbage",
        "?token=%00",
        "?token=%F0%9F%8D%A3",
        f"?token={expired}",
        f"?token={unknown}",
        f"?token={forged}",
        f"?token=Bearer%20{ada.token}",
        f"?Token={ada.token}",
    ):
        url = url_of(server, conversation, query)
        assert await refusal(url) == ("invalid_token", 4401), query
        assert await refusal(url_of(server, MISSING, query)) == ("invalid_token", 4401), query
    headers = {"Authorization": f"Bearer {expired}"}
    url = url_of(server, conversation)
    assert await refusal(url, additional_headers=headers) == ("invalid_token", 4401)


async def test_the_authorization_header_works_too(server: RunningServer) -> None:
    ada = await server.register()
    url = url_of(server, await ada.conversation())
    headers = {"Authorization": f"bearer {ada.token}"}
    async with connect(url, additional_headers=headers) as connection:
        await connection.send('{"type": "ping"}')
        assert await connection.recv() == '{"type":"pong"}'


async def test_missing_and_strange_conversations(server: RunningServer) -> None:
    ada = await server.register()
    for id in (str(MISSING), *STRANGE_IDS):
        url = url_of(server, id, f"?token={ada.token}")
        assert await refusal(url) == ("conversation_not_found", 4404), id[:60]


async def test_who_comes_while_the_database_fails_is_told_to_come_again(
    start_server: StartServer, tmp_path: Path
) -> None:
    file = tmp_path / "broken.db"
    server = await start_server(database_url=f"sqlite:///{file}")
    ada = await server.register()
    url = url_of(server, await ada.conversation(), f"?token={ada.token}")
    await asyncio.to_thread(rename_table, file, "session", "gone")
    assert await refusal(url) == ("database_unavailable", 1013)
    await asyncio.to_thread(rename_table, file, "gone", "session")
    async with connect(url):
        pass


def rename_table(file: Path, old: str, new: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"ALTER TABLE {old} RENAME TO {new}")


async def test_too_many_sockets(start_server: StartServer) -> None:
    server = await start_server(max_sockets_per_user=2)
    ada, bob = await server.register(), await server.register()
    first, second = await ada.conversation(), await ada.conversation()
    url = url_of(server, first, f"?token={ada.token}")
    async with ada.socket(first) as one, ada.socket(second) as other:
        for socket in (one, other):
            await socket.send(type="ping")  # answered once it is counted
            assert (await socket.receive())["type"] == "pong"
        assert await refusal(url) == ("too_many_sockets", 4429)
        async with bob.socket(await bob.conversation()) as free:
            await free.send(type="ping")
            assert (await free.receive())["type"] == "pong"
        await other.connection.close()  # the server counts it out before it answers the close
        async with ada.socket(second) as instead:
            await instead.send(type="ping")
            assert (await instead.receive())["type"] == "pong"


async def test_pages_of_other_sites_get_no_socket(start_server: StartServer) -> None:
    listed = "https://chat.example.com"
    server = await start_server(cors_origins=[listed])
    ada = await server.register()
    url = url_of(server, await ada.conversation(), f"?token={ada.token}")
    own = f"127.0.0.1:{server.port}"
    for origin in (None, f"http://{own}", f"https://{own}", listed):
        async with connect(url, origin=as_origin(origin)) as connection:
            await connection.send('{"type": "ping"}')
            assert await connection.recv() == '{"type":"pong"}'
    for origin in (
        "https://evil.example.com",
        "http://127.0.0.1",
        f"http://{own}.evil.example.com",
        f"{listed}.evil.example.com",
        "null",
        "",
        "http://[",
        "file://",
    ):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(url, origin=as_origin(origin)):
                pass
        assert refused.value.response.status_code == 403, origin


def as_origin(text: str | None) -> Any:
    return text


async def test_a_token_that_expires_ends_the_socket_and_not_the_reply(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    short = replace(ada, token=create_access_token(SECRET_KEY, ada.id, ada.session_id, 2))
    async with short.socket(conversation) as socket:
        await socket.send(type="message", content="hello")
        await socket.until("chunk")
        events, close_code = await last_words(socket.connection)
        assert (events[-1]["code"], close_code) == ("invalid_token", 4401)
    async with ada.socket(conversation) as socket:
        await socket.until("chunk")
        upstream.release()
        assert (await socket.until("done", "error"))[-1]["type"] == "done"
    assert (await ada.messages(conversation))[-1]["content"] == "You said: hello"


async def test_a_bad_frame_gets_a_word_and_the_socket_stays(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    async with ada.socket(conversation, max_size=None) as socket:
        for frame, code in BAD_FRAMES:
            await socket.connection.send(frame)
            event = await socket.receive()
            assert (event["type"], event["code"]) == ("error", code), frame[:60]
            assert set(event) <= {"type", "message", "code", "client_id"}
            await socket.send(type="ping")
            assert await socket.receive() == {"type": "pong"}
        await socket.send(type="message", content=" ", client_id="mine")
        assert (await socket.receive())["client_id"] == "mine"
        await socket.send(
            type="message", meta={"client_id": "theirs"}, content=" ", client_id="mine"
        )
        assert (await socket.receive())["client_id"] == "mine"
        for content in ('"\\ud83d"', '"a\\u0000b"', "7", f'"{"x" * 1_600_000}"', "NaN"):
            frame = f'{{"type": "message", "client_id": "a\\"b", "content": {content}}}'
            await socket.connection.send(frame)
            assert (await socket.receive())["client_id"] == 'a"b', content[:60]
        assert (await socket.say("still here"))[-1]["type"] == "done"
    assert len(await ada.messages(conversation)) == 2


async def test_twenty_bad_frames_in_a_row_end_the_socket(server: RunningServer) -> None:
    ada = await server.register()
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        for _ in range(19):
            await socket.connection.send("x")
            await socket.receive()
        await socket.send(type="ping")
        assert (await socket.receive())["type"] == "pong"
        for _ in range(20):
            await socket.connection.send("x")
        events, close_code = await last_words(socket.connection)
        assert (len(events), close_code) == (20, 1008)


@pytest.mark.parametrize("debug", ["false", "true"])
def test_the_token_is_not_in_the_log(tmp_path: Path, debug: str) -> None:
    log = tmp_path / "log"
    settings = {"DATA_DIR": str(tmp_path / "data"), "BCRYPT_ROUNDS": "4", "DEBUG": debug}
    own = environment(**settings)
    with log.open("wb") as file:
        process = forks.popen(BARE_UVICORN, tmp_path, own, stdout=file, stderr=file)
    try:
        until(lambda: "running on" in log.read_text() or process.poll() is not None)
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        assert found, log.read_text()
        secrets = chat(found[0])
    finally:
        stop(process)
    text = log.read_text()
    assert "/ws/conversations/1" in text and "/auth/login" in text
    for secret in secrets:
        assert secret not in text


def chat(url: str) -> list[str]:
    """Use the server over HTTP and sockets; returns what must not be in its log."""
    body = {"username": "ada", "email": "ada@example.com", "password": PASSWORD}
    login = {"username_or_email": "ada", "password": PASSWORD}
    config = {"model_url": "https://8.8.8.8/v1", "model_name": "m", "api_key": "sk-not-for-logs"}
    with httpx2.Client(base_url=url, trust_env=False) as http:
        http.post("/auth/register", json=body)
        token: str = http.post("/auth/login", json=login).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        for answer in (
            http.get(f"/auth/me?token={token}"),
            http.put("/auth/config", json=config),
            http.post("/conversations"),
        ):
            assert answer.is_success, answer.text
    forged = token[:-4] + "0000"
    for query in (f"?token={token}", f"?token={forged}", f"?last_event_id=1&token={token}"):
        socket = f"{url.replace('http', 'ws')}/ws/conversations/1{query}"
        with sync_connect(socket) as connection, suppress(ConnectionClosed):
            connection.send('{"type": "ping"}')
            connection.recv()
    return [*token.split(".")[1:], forged, PASSWORD, config["api_key"]]


NOT_UTF8 = [b"\xff", b'{"type": "ping"\xc3\x28}', b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"abc\xe7"]


@pytest.mark.parametrize("frame", NOT_UTF8)
async def test_text_that_is_not_utf8_ends_the_socket_quietly(
    server: RunningServer, frame: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Close code 1007 (RFC 6455 section 8.1)."""
    ada = await server.register()
    async with ada.socket(await ada.conversation()) as socket:
        await socket.connection.send(frame, text=True)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await socket.receive()
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1007
    assert not [record for record in caplog.records if record.exc_info]
    async with ada.socket(await ada.conversation()) as socket:
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}
