"""Before several nodes, nginx with the shipped configuration sends a conversation to one of them,
passes by one that is down, and sends nothing twice that may not be done twice."""

import asyncio
import shutil
import signal
import ssl
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import connect

from tests.support import nginx
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server import ChatSocket, Person, RunningServer, text_of
from tests.support.server_process import ServerProcess, server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

SETTINGS = {
    "FORCE_HTTPS": "true",
    "ALLOWED_HOSTS": "localhost",
    "TRUSTED_PROXIES": "127.0.0.1",
    "CHECKPOINT_SECONDS": "0.1",
    "REAP_AFTER_SECONDS": "1",
}
TRIES = 64
"""So many in a row go to one of two nodes once in 2 ** 63 runs."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Readable by nginx's workers, who are not root."""
    path = Path(tempfile.mkdtemp(prefix="nginx-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


class Nodes:
    """The processes behind nginx by their addresses, and nginx as it is seen from outside."""

    def __init__(self, database_url: str, data: Path, stack: AsyncExitStack) -> None:
        self.running: dict[str, ServerProcess] = {}
        self._database_url = database_url
        self._settings = SETTINGS | {"DATA_DIR": str(data)}
        self._stack = stack

    async def start(self, port: int = 0) -> None:
        """One more, or one anew where another was."""
        process = await self._stack.enter_async_context(
            server_process(self._database_url, PORT=str(port), **self._settings)
        )
        self.running[f"127.0.0.1:{process.port}"] = process


@pytest.fixture(scope="module")
async def nodes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Nodes]:
    """Two processes on one database and one folder of files."""
    database = f"sqlite:///{tmp_path_factory.mktemp('database') / 'chat.db'}"
    async with AsyncExitStack() as stack:
        nodes = Nodes(database, tmp_path_factory.mktemp("data"), stack)
        for _ in range(2):
            await nodes.start()
        yield nodes


@pytest.fixture(scope="module")
def proxy(nodes: Nodes, folder: Path) -> Iterator[nginx.Nginx]:
    with nginx.running(folder, *nodes.running, as_nodes=True) as running:
        yield running


@pytest.fixture(scope="module")
def tls(proxy: nginx.Nginx) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(proxy.certificate))


@pytest.fixture
async def ada(
    proxy: nginx.Nginx, tls: ssl.SSLContext, upstream: ScriptedUpstream
) -> AsyncIterator[Person]:
    """Somebody who sees no more than nginx."""
    url = f"https://localhost:{proxy.port}"
    client = await asyncio.to_thread(httpx2.AsyncClient, base_url=url, verify=tls, timeout=60)
    async with client as http:
        yield await RunningServer(proxy.port, None, http).person_with_model(upstream.url)


@asynccontextmanager
async def socket(
    person: Person, conversation: int, tls: ssl.SSLContext
) -> AsyncIterator[tuple[ChatSocket, str]]:
    """An open socket, and the node that it leads to."""
    here = f"localhost:{person.server.port}"
    url = f"wss://{here}/ws/conversations/{conversation}?token={person.token}"
    async with connect(url, ssl=tls, origin=f"https://{here}", proxy=None) as connection:  # type: ignore[arg-type]
        assert connection.response is not None
        yield ChatSocket(connection), connection.response.headers["X-Nodes"]


async def node_of(person: Person, path: str) -> str:
    """The nodes that were asked, one after another; the last of them answered."""
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return answer.headers["X-Nodes"]


async def conversation_at(person: Person, node: str) -> int:
    """A new conversation that this node is asked for."""
    for _ in range(TRIES):
        conversation = await person.conversation()
        if await node_of(person, f"/conversations/{conversation}") == node:
            return conversation
    raise AssertionError(f"No conversation goes to {node}")


async def seen_at_all(person: Person, path: str, nodes: Nodes) -> None:
    """Every node is asked for this once in a while."""
    seen: set[str] = set()
    for _ in range(TRIES):
        seen.add(await node_of(person, path))
        if seen == set(nodes.running):
            return
    raise AssertionError(f"Only {seen} were asked for {path}")


async def said(person: Person, conversation: int) -> list[str]:
    """What a person has sent."""
    messages = await person.messages(conversation)
    return [message["content"] for message in messages if message["sender"] == "user"]


async def test_a_conversation_meets_one_node(
    ada: Person, nodes: Nodes, tls: ssl.SSLContext
) -> None:
    for node in nodes.running:
        conversation = await conversation_at(ada, node)
        path = f"/conversations/{conversation}"
        streamed = {"Accept": "text/event-stream"}
        answers = [
            await ada.get(f"{path}/messages"),
            await ada.say(conversation, "at once"),
            await ada.say(conversation, "word by word", **streamed),
            await ada.request("PATCH", path, json={"title": "ours"}),
            await ada.get(f"/c/{conversation}"),
        ]
        assert {answer.headers["X-Nodes"] for answer in answers} == {node}
        async with socket(ada, conversation, tls) as (chat, led_to):
            assert led_to == node
            assert text_of(await chat.say("by socket")) == "You said: by socket"


async def test_what_has_no_conversation_goes_anywhere_and_an_import_to_one(
    ada: Person, nodes: Nodes
) -> None:
    await seen_at_all(ada, "/auth/me", nodes)
    length = {"Upload-Length": "10"}
    begun = await ada.request("PUT", "/imports?name=a.zip", content=b"half ", headers=length)
    assert begun.status_code == 202, begun.text
    path = f"/imports/{begun.json()['id']}"
    offset = {"Upload-Offset": "5"}
    rest = await ada.request("PATCH", path, content=b"a file", headers=offset)
    homes = {answer.headers["X-Nodes"] for answer in (begun, rest)}
    assert len(homes | {await node_of(ada, "/imports"), await node_of(ada, path)}) == 1


async def test_files_come_and_are_read_at_whatever_node(ada: Person, nodes: Nodes) -> None:
    largest = b"twenty megabytes of words\n" * (20 * 1024 * 1024 // 26)
    kept = await ada.request("PUT", "/attachments?name=words.txt", content=largest)
    assert kept.status_code == 201, kept.text
    path = f"/attachments/{kept.json()['id']}/text"
    await seen_at_all(ada, path, nodes)


async def test_the_conversations_of_a_killed_node_go_on_at_another_and_back(
    ada: Person, nodes: Nodes, tls: ssl.SSLContext, upstream: ScriptedUpstream
) -> None:
    first, second = nodes.running
    conversation = await conversation_at(ada, first)
    await ada.set_model(upstream.url, "hold")
    async with socket(ada, conversation, tls) as (chat, led_to):
        assert led_to == first
        await chat.send(type="message", content="cut off")
        await chat.until("chunk")
        nodes.running[first].kill(signal.SIGKILL)
        await chat.connection.wait_closed()
    await ada.set_model(upstream.url, "echo")
    async with socket(ada, conversation, tls) as (chat, led_to):
        assert led_to.split(", ")[-1] == second
        events = await chat.until("error", "done")  # the dead node's reply is ended by this one
        assert events[-1]["code"] == "interrupted", events[-1]
        events = await chat.say("go on")
        assert events[-1]["type"] == "done" and text_of(events).endswith("go on")
    answer = await ada.say(conversation, "sent once")
    assert answer.status_code == 200, answer.text
    sent = ["cut off", "go on", "sent once"]
    assert await said(ada, conversation) == sent

    await nodes.start(port=nodes.running[first].port)
    async with asyncio.timeout(PATIENCE_SECONDS):
        # nginx looks at one that failed again a while later
        while await node_of(ada, f"/conversations/{conversation}") != first:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert await said(ada, conversation) == sent


async def test_what_may_not_be_done_twice_is_sent_to_one_node_only(
    folder: Path, proxy: nginx.Nginx
) -> None:
    """Three nodes that read a request and die of it."""
    asked: list[str] = []

    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.split(b" ")[0].decode())
        if b"Content-Length: 4" in head:
            await reader.readexactly(4)
        writer.close()

    inside = folder / "dying"
    await asyncio.to_thread(inside.mkdir)
    async with AsyncExitStack() as stack:
        servers = [
            await stack.enter_async_context(await asyncio.start_server(die, "127.0.0.1", 0))
            for _ in range(3)
        ]
        addresses = [f"127.0.0.1:{server.sockets[0].getsockname()[1]}" for server in servers]
        running = nginx.running(inside, *addresses, as_nodes=True)
        before = await asyncio.to_thread(running.__enter__)
        try:
            tls = await asyncio.to_thread(
                ssl.create_default_context, cafile=str(before.certificate)
            )
            url = f"https://localhost:{before.port}"
            async with httpx2.AsyncClient(base_url=url, verify=tls) as http:
                for method, path in (
                    ("POST", "/conversations/7/messages"),
                    ("PATCH", "/conversations/7"),
                    ("GET", "/conversations/8"),
                ):
                    body = b"" if method == "GET" else b"once"
                    answer = await http.request(method, path, content=body)
                    assert answer.status_code == 502
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)
    assert asked[:2] == ["POST", "PATCH"]
    assert len(asked) > 3 and set(asked[2:]) == {"GET"}
