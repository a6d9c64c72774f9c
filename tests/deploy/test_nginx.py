"""Behind the shipped nginx configuration everything works as without it, over TLS and in time."""

import asyncio
import shutil
import signal
import ssl
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path

import httpx2
import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.sharing.linked import link
from tests.support import nginx
from tests.support.patience import PATIENCE_SECONDS
from tests.support.refusals import assert_refused
from tests.support.server import ChatSocket, Person, RunningServer, running_server, text_of
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

BEHIND = {"force_https": True, "allowed_hosts": ["localhost"], "trusted_proxies": ["127.0.0.1"]}


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is promised here has nothing to do with the database: one kind is enough."""
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'chat.db'}"


@pytest.fixture(scope="module")
async def app(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningServer]:
    folder = tmp_path_factory.mktemp("data")
    async with running_server(database_url=database_url, data_dir=folder, **BEHIND) as running:
        yield running


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Readable by nginx's workers, who are not root."""
    path = Path(tempfile.mkdtemp(prefix="nginx-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def proxy(app: RunningServer, folder: Path) -> Iterator[nginx.Nginx]:
    with nginx.running(folder, f"127.0.0.1:{app.port}", timeout="1s") as running:
        yield running


@pytest.fixture(scope="module")
def tls(proxy: nginx.Nginx) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(proxy.certificate))


@pytest.fixture
async def server(proxy: nginx.Nginx, tls: ssl.SSLContext) -> AsyncIterator[RunningServer]:
    """The server as it is seen through nginx."""
    url = f"https://localhost:{proxy.port}"
    client = await asyncio.to_thread(httpx2.AsyncClient, base_url=url, verify=tls, timeout=60)
    async with client as http:
        yield RunningServer(proxy.port, None, http)


@asynccontextmanager
async def in_thread[T](manager: AbstractContextManager[T]) -> AsyncIterator[T]:
    """A context manager that blocks, entered and left beside the event loop."""
    entered = await asyncio.to_thread(manager.__enter__)
    try:
        yield entered
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)


@asynccontextmanager
async def socket(
    person: Person, conversation: int, tls: ssl.SSLContext, cursor: str = "", origin: str = ""
) -> AsyncIterator[ChatSocket]:
    here = f"localhost:{person.server.port}"
    url = f"wss://{here}/ws/conversations/{conversation}?token={person.token}"
    url += f"&last_event_id={cursor}" if cursor else ""
    headers = {"Origin": origin or f"https://{here}", "Accept-Language": "en"}
    async with connect(url, ssl=tls, additional_headers=headers, proxy=None) as connection:
        yield ChatSocket(connection)


async def test_a_login_and_what_it_says(server: RunningServer, proxy: nginx.Nginx) -> None:
    ada = await server.register()
    body = {"username_or_email": ada.name, "password": "correct horse battery"}
    spoofed = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    answer = await server.http.post("/auth/login", json=body, headers=spoofed)
    assert answer.status_code == 200
    assert "; Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    listed = (await ada.get("/auth/sessions")).json()["sessions"]
    assert {session["address"] for session in listed} == {"127.0.0.1"}


async def test_a_socket_shows_each_word_at_once(
    server: RunningServer, upstream: ScriptedUpstream, tls: ssl.SSLContext
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    conversation = await ada.conversation()
    async with socket(ada, conversation, tls) as chat:
        await chat.send(type="message", content="word by word")
        events = await chat.until("chunk")  # the model says no more before it is released
        upstream.release()
        events += await chat.until("done")
    assert text_of(events) == "You said: word by word"
    with pytest.raises(InvalidStatus) as refused:
        async with socket(ada, conversation, tls, origin="https://evil.example.com"):
            pass
    assert refused.value.response.status_code == 403


async def test_an_event_stream_shows_each_word_at_once(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "hold")
    path = f"/conversations/{await ada.conversation()}/messages"
    headers = ada.headers | {"Accept": "text/event-stream"}
    body = {"content": "word by word"}
    async with server.http.stream("POST", path, json=body, headers=headers) as answer:
        events = []
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                events.append(orjson.loads(line.removeprefix("data: ")))
            if events and events[-1]["type"] == "chunk":
                upstream.release()
    assert events[-1]["type"] == "done"
    assert text_of(events) == "You said: word by word"


async def test_plain_http_leads_to_https_and_the_server_itself_takes_none(
    app: RunningServer, proxy: nginx.Nginx
) -> None:
    for path in ("/docs?x=1", "/%0d%0aX-Injected:%20yes"):
        url = f"http://127.0.0.1:{proxy.plain_port}{path}"
        answer = await app.http.get(url, headers={"Host": "evil.example.com"})
        assert answer.status_code == 301
        assert answer.headers["Location"] == f"https://localhost:{proxy.port}{path}"
        assert "X-Injected" not in answer.headers
    answer = await app.http.get("/auth/me", headers={"Host": "localhost"})
    assert_refused(answer, 403, "https_required")


async def test_a_network_of_ipv6_is_one_client(server: RunningServer) -> None:
    """A host has a whole /64; the first to come is at most 100 requests ahead of 20 a second."""
    refused = 0
    for number in range(1, 1_000):
        address = {"X-Test-Address": f"2001:db8:1:2:{number % 7}::{number:x}"}
        if (await server.http.get("/health/live", headers=address)).status_code == 429:
            refused += 1
            break
    assert refused
    neighbour = {"X-Test-Address": "2001:db8:1:3::1"}
    assert (await server.http.get("/health/live", headers=neighbour)).status_code == 200
    old = {"X-Test-Address": "203.0.113.5"}
    assert (await server.http.get("/health/live", headers=old)).status_code == 200


async def test_old_tls_is_refused(proxy: nginx.Nginx, tls: ssl.SSLContext) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(str(proxy.certificate))
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.deprecated_call():
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        await asyncio.open_connection("localhost", proxy.port, ssl=old)


@pytest.mark.parametrize(
    ("half", "answer"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Half", b""),
        (b"POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{", b""),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 99_999, b"HTTP/1.1 400 Bad Request"),
        (
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2097153\r\n\r\n",
            b"HTTP/1.1 413 Request Entity Too Large",
        ),
    ],
    ids=["nothing", "half a head", "half a body", "a large head", "a large body"],
)
async def test_half_sent_and_too_large(
    half: bytes, answer: bytes, proxy: nginx.Nginx, tls: ssl.SSLContext
) -> None:
    reader, writer = await asyncio.open_connection("localhost", proxy.port, ssl=tls)
    writer.write(half)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            said = await reader.readline()
    except ConnectionResetError:
        said = b""
    assert said.rstrip() == answer
    writer.close()


async def test_a_restart_sends_clients_elsewhere_and_logs_keep_no_token(
    database_url: str, upstream: ScriptedUpstream, app: RunningServer, folder: Path
) -> None:
    settings = {
        "FORCE_HTTPS": "true",
        "ALLOWED_HOSTS": "localhost",
        "TRUSTED_PROXIES": "127.0.0.1",
        "DRAIN_SECONDS": "0.3",
    }
    inside = folder / "restart"
    await asyncio.to_thread(inside.mkdir)
    async with server_process(database_url, **settings) as process:
        servers = (f"127.0.0.1:{process.port}", f"127.0.0.1:{app.port} backup")
        async with in_thread(nginx.running(inside, *servers)) as proxy:
            tls = await asyncio.to_thread(ssl.create_default_context, cafile=str(proxy.certificate))
            url = f"https://localhost:{proxy.port}"
            client = await asyncio.to_thread(
                httpx2.AsyncClient, base_url=url, verify=tls, timeout=60
            )
            async with client as http:
                ada = await RunningServer(proxy.port, None, http).person_with_model(
                    upstream.url, "hold"
                )
                conversation = await ada.conversation()
                async with socket(ada, conversation, tls) as chat:
                    await chat.send(type="message", content="hello")
                    events = await chat.until("chunk")
                    process.kill(signal.SIGTERM)
                    events += await chat.until("error")
                    while events[-1]["code"] != "server_restarting":
                        events += await chat.until("error")
                    await chat.connection.wait_closed()
                    assert chat.connection.close_code == 1012
                await process.exited()
                async with socket(ada, conversation, tls) as chat:
                    await ada.set_model(upstream.url, "echo")
                    assert text_of(await chat.say("again")) == "You said: again"
                made = await link(ada, conversation)
                for path in (f"/s/{made['token']}", f"//s/{made['token']}.json"):
                    await http.get(f"{url}{path}")
                token = made["token"]
                await http.get(f"http://127.0.0.1:{proxy.plain_port}/s/{token}/attachments/1")
            logged = await asyncio.to_thread(lambda: proxy.log)
    assert f'"GET /ws/conversations/{conversation} HTTP/1.1" 101' in logged
    assert "?" not in logged and ada.token not in logged
    assert logged.count('"GET /s/... HTTP/1.1"') == 3 and token not in logged


async def test_files_come_through_large_and_slowly(
    server: RunningServer, app: RunningServer
) -> None:
    person = await server.register()
    largest = b"twenty megabytes of words\n" * (20 * 1024 * 1024 // 26)
    answer = await person.request("PUT", "/attachments", content=largest)
    assert answer.status_code == 201, answer.text
    assert answer.json()["bytes"] == len(largest)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"some "
        await asyncio.sleep(1.5)  # longer than nginx waits for any other body here
        yield b"words"

    length = {"Content-Length": "10"}
    slow = asyncio.create_task(
        person.request("PUT", "/attachments", content=slowly(), headers=length)
    )
    drafts = app.app.state.settings.data_dir / "files" / "drafts"

    def coming() -> list[int]:
        return [path.stat().st_size for path in drafts.glob("*/source")]

    while not await asyncio.to_thread(coming):  # nginx does not keep it to itself
        assert not slow.done()
        await asyncio.sleep(0.01)
    assert (await slow).status_code == 201
    refused = await person.request("PUT", "/attachments", content=bytes(22 * 1024 * 1024))
    assert refused.status_code == 413
